"""The environment prod in memory, as `status` and `history` read it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ops.release_log import Event
from tests.unit.conftest import ARTIFACTS
from tests.unit.ops.test_batch import EXECUTION, StateMachine

ETL = "tastetrend-prod-etl"
MACHINE = "arn:aws:states:eu-west-1:1:stateMachine:tastetrend-prod-batch"
IN_FAKE_AWS = {"cloudformation", "lambda", "sts"}


class Observed:
    """Stack, aliases and record of `Prod`; executions of a script; buckets, queues and alarms of moto."""

    def __init__(self, store, prod, session):
        self.store, self.prod, self.session = store, prod, session
        self.machine, self.calls = StateMachine(), []
        session.events.register("before-call", self._note, unique_id="observed")
        store.client.meta.events.register("before-call", self._note, unique_id="observed")
        for key, body in prod.s3.objects.items():
            store.client.put_object(Bucket=ARTIFACTS, Key=key, Body=body)
        self.context = replace(
            prod.context,
            s3=store.client,
            failure_queue_url=self.add_queue(f"{ETL}-failures"),
            batch_arn=MACHINE,
        )
        self.calls.clear()

    def _note(self, model, **_):
        self.calls.append(model.name)

    def connect(self, service, **options):
        if service in IN_FAKE_AWS:
            return self.prod.aws
        return self.machine if service == "stepfunctions" else self.session.client(service, **options)

    def read_context(self, _, console):
        return replace(self.context, console=console)

    def add_queue(self, name):
        return self.connect("sqs").create_queue(QueueName=name)["QueueUrl"]

    def add_retrieval(self):
        """Add both queues of the embedding."""
        name = "tastetrend-prod-embedding"
        self.context = replace(self.context, embedding_queue_url=self.add_queue(name))
        return self.context.embedding_queue_url, self.add_queue(f"{name}-dead")

    def send(self, url, count=1):
        for _ in range(count):
            self.connect("sqs").send_message(QueueUrl=url, MessageBody="{}")

    def put_metric(self, namespace, name, value, **dimensions):
        data = {
            "MetricName": name,
            "Value": value,
            "Dimensions": [{"Name": key, "Value": each} for key, each in dimensions.items()],
        }
        self.connect("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[data])

    def add_alarm(self, name, state):
        client = self.connect("cloudwatch")
        client.put_metric_alarm(
            AlarmName=name,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")

    def add_event(self, kind, version, *, hours_ago, alias="prod"):
        """Add what happened to an alias to the record of releases."""
        time = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="microseconds")
        event = Event(time, kind, alias, version, "4", "arn:aws:iam::1:user/a")
        key = f"releases/events/{time}.json"
        self.store.client.put_object(Bucket=ARTIFACTS, Key=key, Body=json.dumps(vars(event)))

    def add_execution(self, name, status, *, hours_ago=1, **given):
        """Add an execution that began and ended then; the first one that is added is the newest."""
        began = datetime.now(UTC) - timedelta(hours=hours_ago)
        arn = f"{EXECUTION}:{name}"
        self.machine.looks = [(1, 0, 4)] * 3 if status == "RUNNING" else []  # or it would end
        self.machine.executions[arn] = {
            "executionArn": arn,
            "name": name,
            "status": status,
            "startDate": began,
            "input": json.dumps(given | {"reprocess": False}),
        } | ({} if status == "RUNNING" else {"stopDate": began})

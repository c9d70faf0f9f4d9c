"""Each patch of the emulator's functions, alarms and state machines is still needed, and works.

Those of Athena are in `test_emulator_athena.py`.
"""

import io
import json
import ssl
import time
import urllib.request
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError

from local import emulator as module
from tests.e2e.conftest import wait_until
from tests.e2e.test_emulator_athena import PATCHED, UNPATCHED, running_app

LAYER = "/aws/service/powertools/python/x86_64/python3.11/latest"
FAILING = "def handler(event, context):\n    print('attempt')\n    raise ValueError"
SLOW = "import time\ndef handler(event, context):\n    print('attempt')\n    time.sleep(1)"
ITEMS = 6


class Account:
    """Functions, a queue and a state machine on an emulator."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.role = self.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=TRUST)["Role"][
            "Arn"
        ]

    def client(self, service):
        return boto3.client(service, **self.emulator.connection)

    def create_function(self, name, code):
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name,
            Role=self.role,
            Runtime="python3.11",
            Handler="code.handler",
            Timeout=60,
            Code={"ZipFile": zipped(code)},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return functions

    def create_queue(self, name):
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]

    def messages(self, url):
        names = ["ApproximateNumberOfMessages"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return int(found["Attributes"][names[0]])

    def notify_alias(self, name, alias):
        """Invoke an alias by an event of S3."""
        s3, functions = self.client("s3"), self.client("lambda")
        s3.create_bucket(Bucket=name)
        functions.add_permission(
            FunctionName=name,
            Qualifier=alias,
            StatementId="s3",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
        )
        target = {
            "LambdaFunctionArn": functions.get_alias(FunctionName=name, Name=alias)["AliasArn"],
            "Events": ["s3:ObjectCreated:*"],
        }
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"LambdaFunctionConfigurations": [target]}
        )
        s3.put_object(Bucket=name, Key="any", Body=b"")

    def creates_stack(self, name, template):
        """Return whether a stack of this template can be created."""
        stacks = self.client("cloudformation")

        def status():
            return stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

        try:
            stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
        except ClientError:
            return False
        wait_until(lambda: not status().endswith("IN_PROGRESS"))
        return status() == "CREATE_COMPLETE"

    def attempts(self, name):
        """Return how often a function has run."""
        try:
            events = self.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except ClientError:
            return 0
        return sum(event["message"].strip() == "attempt" for event in events)


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    }
)


def zipped(code):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("code.py", code)
    return content.getvalue()


@pytest.fixture(scope="module", params=[PATCHED, UNPATCHED], ids=["patched", "unpatched"])
def account(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module._SETTINGS, "LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.1")  # noqa: SLF001 # a short test
        with running_app(request.param, patch) as emulator:
            yield Account(emulator)


@pytest.fixture
def patched(request):
    return request.node.callspec.params["account"] == PATCHED


def test_only_with_the_patch_a_template_can_use_the_layers_parameters(account, patched):
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": LAYER}
    template = {"Parameters": {"Layer": parameter}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}

    assert account.creates_stack("layer", template) is patched


def test_only_with_the_patch_an_alias_has_its_own_retries_and_failure_queue(account, patched):
    functions = account.create_function("failing", FAILING)
    url, arn = account.create_queue("failures")
    version = functions.publish_version(FunctionName="failing")["Version"]
    functions.create_alias(FunctionName="failing", Name="live", FunctionVersion=version)
    functions.put_function_event_invoke_config(
        FunctionName="failing",
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )

    account.notify_alias("failing", "live")

    attempts, messages = (1, 1) if patched else (3, 0)
    wait_until(lambda: account.attempts("failing") == attempts)
    wait_until(lambda: account.messages(url) == messages)


def test_only_with_the_patch_a_throttled_event_waits(account, patched):
    functions = account.create_function("slow", SLOW)
    url, arn = account.create_queue("throttled")
    functions.put_function_concurrency(FunctionName="slow", ReservedConcurrentExecutions=1)
    functions.put_function_event_invoke_config(
        FunctionName="slow",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )

    for _ in range(3):
        functions.invoke(FunctionName="slow", InvocationType="Event")

    wait_until(lambda: account.attempts("slow") + account.messages(url) == 3)
    assert (account.messages(url) == 0) is patched


def test_only_with_the_patch_the_code_of_a_version_can_be_downloaded(account, patched):
    functions = account.create_function("changing", "first = 1")
    version = functions.publish_version(FunctionName="changing")["Version"]
    functions.update_function_code(FunctionName="changing", ZipFile=zipped("second = 2"))

    location = functions.get_function(FunctionName="changing", Qualifier=version)["Code"]["Location"]

    assert location.startswith("https://" if patched else "http://")
    if patched:
        trust = ssl.create_default_context(cafile=account.emulator.certificate)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        assert b"first = 1" in opener.open(location).read()


def test_only_with_the_patch_an_alarm_on_metric_math_is_accepted(account, patched):
    metric = {"Id": "sum", "Expression": "1 + 1", "ReturnData": True}
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Metrics": [metric],
    }
    template = {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}}

    assert account.creates_stack("alarm", template) is patched


class Batch:
    """An execution whose map calls a slow function for each item, one at a time, stopped after the first."""

    def __init__(self, account):
        functions = account.create_function("step", SLOW)
        self.states, self.account = account.client("stepfunctions"), account
        task = {
            "Type": "Task",
            "Resource": functions.get_function(FunctionName="step")["Configuration"]["FunctionArn"],
            "End": True,
        }
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        files = {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": processor | {"StartAt": "Step", "States": {"Step": task}},
            "End": True,
        }
        machine = self.states.create_state_machine(
            name="machine",
            roleArn=account.role,
            definition=json.dumps({"StartAt": "Files", "States": {"Files": files}}),
        )
        self.arn = self.states.start_execution(
            stateMachineArn=machine["stateMachineArn"], input=json.dumps([*range(ITEMS)])
        )["executionArn"]
        wait_until(lambda: account.attempts("step") >= 1)
        self.states.stop_execution(executionArn=self.arn)

    def map_runs(self):
        return self.states.list_map_runs(executionArn=self.arn)["mapRuns"]

    def status(self):
        return self.states.describe_execution(executionArn=self.arn)["status"]


@pytest.fixture(scope="module")
def stopped(account):
    """Return a stopped batch whose map has ended."""
    batch = Batch(account)
    wait_until(lambda: all("stopDate" in run for run in batch.map_runs()))
    time.sleep(0.5)  # for the parent's thread to see it
    return batch


def test_only_with_the_patch_a_stopped_execution_starts_no_child_and_stays_stopped(stopped, account, patched):
    assert (account.attempts("step") < ITEMS) is patched
    assert stopped.status() == "ABORTED"


def test_only_with_the_patch_a_stopped_execution_can_be_redriven(stopped, account, patched):
    before = account.attempts("step")
    if not patched:
        with pytest.raises(ClientError, match="InvalidAction"):
            stopped.states.redrive_execution(executionArn=stopped.arn)
        return

    stopped.states.redrive_execution(executionArn=stopped.arn)

    wait_until(lambda: stopped.status() == "SUCCEEDED")
    assert account.attempts("step") == before + ITEMS
    assert len(stopped.map_runs()) == 1

"""The alarms, the topic that they notify, and the dashboard."""

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from tastetrend_stack.alarms import ALARMS, Alarm, MetricSpec
from tastetrend_stack.canary_alarms import CANARY_ALARMS
from tastetrend_stack.checkov import suppress
from tastetrend_stack.dashboard import build_dashboard
from tastetrend_stack.environments import Environment
from tastetrend_stack.metrics import build_math, build_metric
from tastetrend_stack.retrieval_alarms import RETRIEVAL_ALARMS
from tastetrend_stack.watched import Watched, name_sources


class Monitoring(Construct):
    """One alarm a row of the tables, those with canary and retrieval where these are on; topic; dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        watched: Watched,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self._embedding = watched.embedding
        self._sources = name_sources(watched, environment)
        self.topic = self._build_topic()
        rows = [*ALARMS]
        rows += CANARY_ALARMS if environment.canary else ()
        rows += RETRIEVAL_ALARMS if watched.embedding else ()
        built = {alarm.name: (alarm, self._build_alarm(alarm)) for alarm in rows}
        self.rollback_alarms = [resource for alarm, resource in built.values() if alarm.triggers_rollback]
        build_dashboard(self, environment, self._sources, built)

    def _build_topic(self) -> sns.Topic:
        name = self._environment.resource_name("alarms")
        topic = sns.Topic(self, "Topic", topic_name=name, enforce_ssl=True)
        # This policy replaces the default one, which lets the account's alarms publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        suppress(topic, {"CKV_AWS_26": "Its messages are names and states of alarms"})
        return topic

    def _build_alarm(self, alarm: Alarm) -> cloudwatch.Alarm:
        built = cloudwatch.Alarm(
            self,
            "".join(map(str.capitalize, alarm.name.split("-"))),
            alarm_name=self._environment.resource_name("etl", alarm.name),
            alarm_description=alarm.description,
            metric=self._build_metric(alarm),
            threshold=alarm.threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        notify = actions.SnsAction(self.topic)
        built.add_alarm_action(notify)
        if alarm.stops_embedding and self._embedding:
            built.add_alarm_action(actions.LambdaAction(self._embedding.switch))
        built.add_ok_action(notify)
        return built

    def _build_metric(self, alarm: Alarm) -> cloudwatch.IMetric:
        if isinstance(alarm.metric, MetricSpec):
            return build_metric(alarm.metric, self._sources, alarm.period_minutes)
        return build_math(alarm.metric, self._sources, alarm.period_minutes, alarm.name)

"""Tells a person when something fails, above all when it fails silently."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from tastetrend_stack.alarms import ALARMS, FAILURES, FUNCTION, LIVE, PIPELINE, Alarm, Reading
from tastetrend_stack.environments import Environment


class Monitoring(Construct):
    """The alarms of the table and the topic that they ring."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        function: lambda_.Function,
        failures: sqs.Queue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        name = function.function_name
        self._dimensions = {
            FUNCTION: {"FunctionName": name},
            LIVE: {"FunctionName": name, "Resource": f"{name}:{environment.live_alias}"},
            PIPELINE: {"service": name},
            FAILURES: {"QueueName": failures.queue_name},
        }
        self.topic = self._build_topic()
        built = [(alarm, self._build_alarm(alarm)) for alarm in ALARMS]
        self.taking_back = [resource for alarm, resource in built if alarm.takes_back]

    def _build_topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Topic", topic_name=self._environment.named("alarms"), enforce_ssl=True)
        # A topic with a policy of its own has lost the default one, which let the account's alarms publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        return topic

    def _build_alarm(self, alarm: Alarm) -> cloudwatch.Alarm:
        built = cloudwatch.Alarm(
            self,
            "".join(map(str.capitalize, alarm.name.split("-"))),
            alarm_name=self._environment.named("etl", alarm.name),
            alarm_description=alarm.meaning,
            metric=self._metric(alarm),
            threshold=alarm.at_least,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        built.add_alarm_action(actions.SnsAction(self.topic))
        return built

    def _metric(self, alarm: Alarm) -> cloudwatch.IMetric:
        period = Duration.minutes(alarm.minutes)
        if isinstance(alarm.reading, Reading):
            return self._read(alarm.reading, period)
        return cloudwatch.MathExpression(
            expression=alarm.reading.expression,
            label=alarm.name,
            period=period,
            using_metrics={
                name: self._read(reading, period) for name, reading in alarm.reading.readings.items()
            },
        )

    def _read(self, reading: Reading, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=reading.source.namespace,
            metric_name=reading.metric,
            dimensions_map=self._dimensions[reading.source],
            statistic=reading.statistic,
            period=period,
        )

"""S3 events to the function; failed events to the queue."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import bucket_arn
from tastetrend_stack.private_queue import PrivateQueue

_MAX_EVENT_AGE = Duration.hours(6)  # Lambda's maximum: a throttled event is late, not lost


class Ingestion(Construct):
    """S3's notification, its permission, the retries, and the failure queue.

    The notification is a property of the bucket, not a custom resource. S3 validates it when it is set, so
    the bucket depends on the permission, which refers to the bucket by name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        raw: s3.Bucket,
        live: lambda_.Alias,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self.failures = self._build_failure_queue()
        self._configure_retries(live)
        self._add_notification(raw, live)

    def _build_failure_queue(self) -> PrivateQueue:
        return PrivateQueue(
            self,
            "Failures",
            environment=self._environment,
            name="etl-failures",
            retention=Duration.days(14),
        )

    def _configure_retries(self, live: lambda_.Alias) -> None:
        retries = lambda_.CfnEventInvokeConfig(
            self,
            "Retries",
            function_name=live.lambda_.function_name,
            qualifier=live.alias_name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=_MAX_EVENT_AGE.to_seconds(),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=self.failures.queue_arn)
            ),
        )
        retries.node.add_dependency(live)

    def _add_notification(self, raw: s3.Bucket, target: lambda_.IFunction) -> None:
        permission = lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=target.function_arn,
            principal="s3.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
            source_arn=bucket_arn(self._environment, "raw"),
        )
        bucket = raw.node.default_child
        assert isinstance(bucket, s3.CfnBucket)  # noqa: S101 # nosec B101 # narrows the type
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            lambda_configurations=[
                s3.CfnBucket.LambdaConfigurationProperty(
                    event="s3:ObjectCreated:*", function=target.function_arn
                )
            ]
        )
        bucket.add_resource_dependency(permission)

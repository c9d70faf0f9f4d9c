"""The stream from datasets to vectors: S3's notification, the queue, the function, and the index."""

from aws_cdk import Acknowledgment, Aws, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from tastetrend_stack.embedding_function import QUEUE, TIMEOUT, embedding_function
from tastetrend_stack.embedding_switch import embedding_switch, resume_daily
from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import KeyAccess, bucket_arn
from tastetrend_stack.private_queue import PrivateQueue
from tastetrend_stack.python_function import FunctionCode, PythonFunction
from tastetrend_stack.vector_index import INDEX_NAME, build_index, vector_bucket_name
from tastetrend_stack.watched import WatchedEmbedding

_EVENTS = ("ObjectCreated", "ObjectRemoved", "LifecycleExpiration")


class Embedding(Construct):
    """Vectors follow the datasets; a message that fails ten times is kept for an operator.

    As the processed bucket is known by its name, neither the queue nor the function depends on it; the bucket
    depends on the queue's policy, which S3 tests when it gets the notification.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        key: KeyAccess,
        processed: s3.Bucket,
        code: FunctionCode,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        dead_letters = PrivateQueue(
            self, "Dead", environment=environment, name=f"{QUEUE}-dead", retention=Duration.days(14)
        )
        self.queue = self._build_queue(dead_letters)
        spec = embedding_function(environment, key, self.queue)
        self.function = PythonFunction(self, "Function", spec, environment=environment, code=code)
        switch = self._build_switch(self._add_source(), code)
        self.watched = WatchedEmbedding(self.function, self.queue, dead_letters, switch)
        self._add_notifications(processed)
        build_index(self, environment)
        self.outputs = {
            "VectorBucketName": vector_bucket_name(environment),
            "VectorIndexName": INDEX_NAME,
            "EmbeddingQueueUrl": self.queue.queue_url,
        }

    def _build_queue(self, dead_letters: PrivateQueue) -> PrivateQueue:
        """Build the queue; a dead letter counts its days from when it was sent, so they are fewer here."""
        return PrivateQueue(
            self,
            "Queue",
            environment=self._environment,
            name=QUEUE,
            retention=Duration.days(7),
            visibility=Duration.seconds(6 * TIMEOUT.to_seconds()),  # what AWS advises for a function's queue
            dead_letters=sqs.DeadLetterQueue(max_receive_count=10, queue=dead_letters),
        )

    def _add_source(self) -> lambda_.EventSourceMapping:
        """Let the function read the queue; reserved concurrency instead would use up receives."""
        source = self.function.add_event_source_mapping(
            "Source",
            event_source_arn=self.queue.queue_arn,
            batch_size=5,
            report_batch_item_failures=True,
            max_concurrency=2,
        )
        reason = "Messages that fail go back to the queue, and after ten times to its dead letters"
        finding = Acknowledgment(id="Serverless-LambdaEventSourceMappingDestination", reason=reason)
        Validations.of(source).acknowledge(finding)
        return source

    def _build_switch(self, source: lambda_.EventSourceMapping, code: FunctionCode) -> PythonFunction:
        """Build the switch that keeps messages in the queue while the budget of the day is used up."""
        scope, spec = Construct(self, "Switch"), embedding_switch(self._environment, source)
        switch = PythonFunction(scope, "Function", spec, environment=self._environment, code=code)
        resume_daily(scope, self._environment, switch)
        return switch

    def _add_notifications(self, processed: s3.Bucket) -> None:
        self._allow_sending()
        bucket = processed.node.default_child
        assert isinstance(bucket, s3.CfnBucket)  # noqa: S101 # nosec B101 # narrows the type
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event=f"s3:{event}:*", queue=self.queue.queue_arn, filter=_filter_datasets()
                )
                for event in _EVENTS
            ]
        )
        bucket.node.add_dependency(self.queue)  # and so on its policy

    def _allow_sending(self) -> None:
        """Let only the processed bucket of this account send messages."""
        statement = iam.PolicyStatement(
            sid="DatasetsNotify",
            principals=[iam.ServicePrincipal("s3.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[self.queue.queue_arn],
            conditions={
                "ArnEquals": {"aws:SourceArn": bucket_arn(self._environment, "processed")},
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            },
        )
        self.queue.add_to_resource_policy(statement)


def _filter_datasets() -> s3.CfnBucket.NotificationFilterProperty:
    """Return a filter that no manifest passes; those of other parquet files under the prefix do."""
    values = {"prefix": "processed/", "suffix": ".parquet"}
    rules = [s3.CfnBucket.FilterRuleProperty(name=name, value=value) for name, value in values.items()]
    return s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=rules))

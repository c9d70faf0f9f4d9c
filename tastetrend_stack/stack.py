"""Puts the constructs together."""

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from tastetrend_stack.audit import AuditTrail
from tastetrend_stack.environments import Environment
from tastetrend_stack.etl_function import EtlFunction
from tastetrend_stack.ingestion import Ingestion
from tastetrend_stack.monitoring import Monitoring
from tastetrend_stack.quality_gate import QualityGate
from tastetrend_stack.release import Release
from tastetrend_stack.shift import Shift
from tastetrend_stack.storage import Storage


class TasteTrendStack(Stack):
    """Raw bucket, event, function, processed bucket; and whoever must know when that fails."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Restaurants' review files in, one clean parquet each and an honest account out",
        )
        storage = Storage(self, "Storage", environment=environment)
        etl = EtlFunction(self, "Etl", environment=environment)
        release = Release(self, "Release", environment=environment, function=etl.function)
        ingestion = Ingestion(
            self,
            "Ingestion",
            environment=environment,
            raw=storage.raw,
            live=release.live,
        )
        monitoring = Monitoring(
            self,
            "Monitoring",
            environment=environment,
            function=etl.function,
            failures=ingestion.failures,
        )
        self._guard(environment, etl, release, monitoring)
        if environment.audited:
            buckets = [storage.raw, storage.processed, storage.artifacts]
            AuditTrail(self, "Audit", environment=environment, buckets=buckets)
        self._tag(environment)
        self._show(
            RawBucketName=storage.raw.bucket_name,
            ProcessedBucketName=storage.processed.bucket_name,
            ArtifactsBucketName=storage.artifacts.bucket_name,
            FunctionName=etl.function.function_name,
            LiveAliasName=release.live.alias_name,
            LogGroupName=etl.log_group.log_group_name,
            FailureQueueUrl=ingestion.failures.queue_url,
            AlarmTopicArn=monitoring.topic.topic_arn,
        )

    def _guard(
        self, environment: Environment, etl: EtlFunction, release: Release, monitoring: Monitoring
    ) -> None:
        """Have a version judged before it takes over, and where real guests' reviews come, bit by bit."""
        gate = QualityGate(self, "Gate", environment=environment, code=etl.code, layers=etl.layers)
        if environment.canary:
            live, alarms, asked = release.live, monitoring.taking_back, gate.function
            Shift(self, "Shift", environment=environment, alias=live, alarms=alarms, gate=asked)

    def _tag(self, environment: Environment) -> None:
        for key, value in environment.tags.items():
            Tags.of(self).add(key, value)

    def _show(self, **values: str) -> None:
        """Print what a person needs after a deployment."""
        for name, value in values.items():
            CfnOutput(self, name, value=value)

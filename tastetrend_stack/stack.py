"""Composes the constructs."""

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from tastetrend_stack.aliases import VersionAliases
from tastetrend_stack.audit import AuditTrail
from tastetrend_stack.batch import Batch
from tastetrend_stack.batch_report import batch_report
from tastetrend_stack.batch_tasks import Targets
from tastetrend_stack.canary import CanaryDeployment
from tastetrend_stack.embedding import Embedding
from tastetrend_stack.environments import Environment
from tastetrend_stack.erase_function import erase_function
from tastetrend_stack.etl_function import EtlFunction
from tastetrend_stack.iam import KeyAccess, apply_boundary
from tastetrend_stack.ingestion import Ingestion
from tastetrend_stack.larger_tiers import add_larger_tiers
from tastetrend_stack.monitoring import Monitoring
from tastetrend_stack.pseudonym_key import PseudonymKey
from tastetrend_stack.python_function import FunctionSpec, PythonFunction
from tastetrend_stack.quality_gate import quality_gate
from tastetrend_stack.queries import Queries
from tastetrend_stack.storage import Storage
from tastetrend_stack.watched import Watched, WatchedEmbedding

_DESCRIPTION = "Restaurants' review files in, one clean parquet each and an honest report out"


class TasteTrendStack(Stack):
    """Raw bucket → event → function → processed bucket, with releases, alarms and audit."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id, description=_DESCRIPTION)
        storage = Storage(self, "Storage", environment=environment)
        key = PseudonymKey(self, "PseudonymKey", environment=environment).access
        etl = EtlFunction(self, "Etl", environment=environment, key=key)
        release = VersionAliases(self, "Release", environment=environment, function=etl.function)
        live, newest = release.live, release.newest.version
        large, task = add_larger_tiers(self, environment, key, release)
        failures = Ingestion(self, "Ingestion", environment=environment, raw=storage.raw, live=live).failures
        report = self._add_function("BatchReport", batch_report(environment), etl, environment)
        targets = Targets(storage.raw, storage.processed, live, large, report, failures, task)
        batch = Batch(self, "Batch", environment=environment, targets=targets).machine
        embedding = self._add_embedding(environment, key, storage, etl) if environment.retrieval else None
        watched = Watched(etl.function, live.version.version, large.lambda_, batch, failures, embedding)
        monitoring = Monitoring(self, "Monitoring", environment=environment, watched=watched)
        gate = self._add_function("Gate", quality_gate(environment, newest), etl, environment)
        erase = self._add_function("Erase", erase_function(environment, key), etl, environment)
        if environment.canary:
            alarms, given = monitoring.rollback_alarms, release.live_is_promoted
            CanaryDeployment(
                self, "Shift", environment=environment, alias=live, given=given, alarms=alarms, gate=gate
            )
        if environment.audited:
            AuditTrail(self, "Audit", environment=environment, buckets=storage.data)
        queries = Queries(self, "Queries", environment=environment, key=storage.key)
        self._apply_to_all(environment)
        self._add_outputs(
            RawBucketName=storage.raw.bucket_name,
            ProcessedBucketName=storage.processed.bucket_name,
            ArtifactsBucketName=storage.artifacts.bucket_name,
            FunctionName=etl.function.function_name,
            LiveAliasName=live.alias_name,
            LogGroupName=etl.function.log_group.log_group_name,
            FailureQueueUrl=failures.queue_url,
            BatchArn=batch.state_machine_arn,
            AlarmTopicArn=monitoring.topic.topic_arn,
            DatabaseName=queries.database_name,
            WorkgroupName=queries.workgroup_name,
            EraseFunctionName=erase.function_name,
        )

    def _add_function(
        self, construct_id: str, spec: FunctionSpec, etl: EtlFunction, environment: Environment
    ) -> PythonFunction:
        """Add a function with the code and the layers of the etl function."""
        unit = Construct(self, construct_id)
        return PythonFunction(unit, "Function", spec, environment=environment, code=etl.code)

    def _add_embedding(
        self, environment: Environment, key: KeyAccess, storage: Storage, etl: EtlFunction
    ) -> WatchedEmbedding:
        processed, code = storage.processed, etl.code
        embedding = Embedding(
            self, "Embedding", environment=environment, key=key, processed=processed, code=code
        )
        self._add_outputs(**embedding.outputs)
        return embedding.watched

    def _apply_to_all(self, environment: Environment) -> None:
        for tag, value in environment.tags.items():
            Tags.of(self).add(tag, value)
        if environment.boundary:
            apply_boundary(self, environment)

    def _add_outputs(self, **outputs: str) -> None:
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

"""The buckets of raw files, processed datasets, release artifacts and access logs."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket, audit_retention
from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import OUTPUT_PREFIXES

_GATE_PREFIXES = (
    "gate/",
    *(f"{prefix}/" for prefix in OUTPUT_PREFIXES),
)  # of the artifacts bucket: golden files and their outputs
# Athena writes each result once; overwritten or deleted, it is of no more use.
_QUERY_RESULTS = s3.LifecycleRule(
    prefix="queries/", expiration=Duration.days(7), noncurrent_version_expiration=Duration.days(1)
)


class Storage(Construct):
    """Three buckets that contain customers' names, and a fourth for their access logs."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        expiring = [audit_retention(environment)]
        self._access_logs = PrivateBucket(
            self, "AccessLogs", environment=environment, kind="access-logs", lifecycle=expiring
        )
        self.raw = self._build_bucket("raw")
        self.processed = self._build_bucket("processed", _QUERY_RESULTS)
        self.artifacts = self._build_bucket(
            "artifacts",
            *(s3.LifecycleRule(prefix=prefix, expiration=Duration.days(30)) for prefix in _GATE_PREFIXES),
        )
        self.data = [self.raw, self.processed, self.artifacts]

    def _build_bucket(self, kind: str, *expiring: s3.LifecycleRule) -> s3.Bucket:
        """Build a bucket whose current objects are kept, beside those of the expiring prefixes."""
        kept = s3.LifecycleRule(
            abort_incomplete_multipart_upload_after=Duration.days(7),
            noncurrent_version_expiration=Duration.days(self._environment.noncurrent_version_days),
            expired_object_delete_marker=True,
        )
        return PrivateBucket(
            self,
            kind.capitalize(),
            environment=self._environment,
            kind=kind,
            access_logs=self._access_logs,
            lifecycle=[kept, *expiring],
        )

"""The buckets: raw files, processed datasets, release artifacts, and the record of who touched them."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.bucket import PrivateBucket
from tastetrend_stack.environments import Environment

_ABANDONED_UPLOADS = Duration.days(7)
_REHEARSALS = ("gate/", "processed/")  # what the quality gate plays through the artifacts bucket
_KEPT_REHEARSALS = Duration.days(30)


class Storage(Construct):
    """Three buckets that hold customers' names, and a fourth for the access logs of the three."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self._old_versions = Duration.days(environment.old_versions_days)
        self._access_logs = self._build_access_logs()
        self.raw = self._build_bucket("raw")
        self.processed = self._build_bucket("processed")
        self.artifacts = self._build_bucket("artifacts")
        for prefix in _REHEARSALS:
            self.artifacts.add_lifecycle_rule(prefix=prefix, expiration=_KEPT_REHEARSALS)

    def _build_bucket(self, kind: str) -> s3.Bucket:
        return PrivateBucket(
            self,
            kind.capitalize(),
            environment=self._environment,
            kind=kind,
            access_logs=self._access_logs,
            lifecycle=s3.LifecycleRule(
                abort_incomplete_multipart_upload_after=_ABANDONED_UPLOADS,
                noncurrent_version_expiration=self._old_versions,
                expired_object_delete_marker=True,
            ),
        )

    def _build_access_logs(self) -> s3.Bucket:
        return PrivateBucket(
            self,
            "AccessLogs",
            environment=self._environment,
            kind="access-logs",
            lifecycle=s3.LifecycleRule(
                expiration=Duration.days(self._environment.record_days),
                noncurrent_version_expiration=self._old_versions,
            ),
        )

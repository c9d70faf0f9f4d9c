"""The buckets: raw files, processed datasets, release artifacts, and the record of who touched them."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.environments import Environment

_ABANDONED_UPLOADS = Duration.days(7)


class Storage(Construct):
    """Three versioned buckets that hold customers' names, and a fourth for the access logs of the three."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self._access_logs = self._build_access_logs()
        self.raw = self._build_bucket("raw")
        self.processed = self._build_bucket("processed")
        self.artifacts = self._build_bucket("artifacts")

    def _build_bucket(self, kind: str) -> s3.Bucket:
        return s3.Bucket(
            self,
            kind.capitalize(),
            bucket_name=self._environment.bucket_name(kind),
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self._access_logs,
            server_access_logs_prefix=f"{kind}/",
            removal_policy=self._environment.removal,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=_ABANDONED_UPLOADS,
                    noncurrent_version_expiration=Duration.days(self._environment.old_versions_days),
                    expired_object_delete_marker=True,
                )
            ],
        )

    def _build_access_logs(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLogs",
            bucket_name=self._environment.bucket_name("access-logs"),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=self._environment.removal,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(self._environment.access_log_days))],
        )

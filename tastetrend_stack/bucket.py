"""The settings that all buckets share."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import Environment


class PrivateBucket(s3.Bucket):
    """Private, versioned, encrypted bucket; TLS only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        kind: str,
        lifecycle: Sequence[s3.LifecycleRule],
        access_logs: s3.IBucket | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=environment.bucket_name(kind),
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=environment.removal_policy,
            lifecycle_rules=lifecycle,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{kind}/" if access_logs else None,
        )
        if access_logs is None:
            suppress(self, {"CKV_AWS_18": "It holds records of access itself"})


def audit_retention(environment: Environment) -> s3.LifecycleRule:
    """Return the rule of a bucket of records: objects expire."""
    return s3.LifecycleRule(
        expiration=Duration.days(environment.audit_retention_days),
        noncurrent_version_expiration=Duration.days(environment.noncurrent_version_days),
    )

"""The settings that all buckets share."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import Environment

# AWS services write access logs and the audit trail; they belong to no account.
_NO_AWS_SERVICE = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
_OBJECT_ACCESS = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"]


class PrivateBucket(s3.Bucket):
    """Private, versioned, encrypted bucket; TLS only, and no principals of other accounts.

    With `roles`, no other principals access objects; whoever manages the bucket still can do that.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        kind: str,
        lifecycle: Sequence[s3.LifecycleRule],
        access_logs: s3.IBucket | None = None,
        key: kms.IKey | None = None,
        roles: Sequence[str] = (),
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=environment.bucket_name(kind),
            versioned=True,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,  # one call to KMS for many objects
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
        other_account = {"StringNotEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID}}
        self._deny("OtherAccounts", ["s3:*"], [self.bucket_arn, self.arn_for_objects("*")], other_account)
        if roles:
            other_role = {"ArnNotLike": {"aws:PrincipalArn": roles}}
            self._deny("OtherRoles", _OBJECT_ACCESS, [self.arn_for_objects("*")], other_role)

    def _deny(
        self, sid: str, actions: list[str], resources: list[str], condition: Mapping[str, object]
    ) -> None:
        statement = iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=actions,
            resources=resources,
            conditions={**condition, **_NO_AWS_SERVICE},
        )
        self.add_to_resource_policy(statement)


def audit_retention(environment: Environment) -> s3.LifecycleRule:
    """Return the rule of a bucket of records: objects expire."""
    return s3.LifecycleRule(
        expiration=Duration.days(environment.audit_retention_days),
        noncurrent_version_expiration=Duration.days(environment.noncurrent_version_days),
    )

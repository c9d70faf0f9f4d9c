"""Roles from tables of grants, and the ARNs that the grants name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Acknowledgment, Aws, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from tastetrend_stack.data_key import key_actions, key_conditions
from tastetrend_stack.environments import Environment

OUTPUT_PREFIXES = ("processed", "reference", "rejected")
"""Prefixes for reviews with their reports, for restaurant facts, and for rejected rows with error reports."""

CURATED_PREFIX, HISTORY_PREFIX = "curated", "history"
"""Prefixes for the curated parts and for the history of files, which gate runs do not write."""

DATASET_PREFIXES = ("processed", "reference")

GATE_OUTPUTS = (
    "processed/gate",
    "processed/logs/gate",
    "processed/rejected/gate",  # of versions of contract version 1
    "reference/gate",
    "rejected/gate",
)
"""Prefixes of the artifacts bucket for the outputs of golden files."""

# Another account could come to own a bucket of the same name.
_THIS_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}}


@dataclass(frozen=True)
class Grant:
    """One row of a role's policy.

    Attributes:
        actions: without wildcards.
        resources: ARNs.
        wildcard_reason: why ARNs that contain `*` are needed; acknowledges cdk-nag's finding.
        conditional: adds a condition on the resources' account; not needed where the ARNs name the account.
        conditions: further ones, by operator and key.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    wildcard_reason: str = ""
    conditional: bool = True
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_statement(self) -> iam.PolicyStatement:
        """Return the row as a statement."""
        statement = iam.PolicyStatement(actions=self.actions, resources=self.resources)
        statement.add_conditions(_THIS_ACCOUNT if self.conditional else {})
        statement.add_conditions(self.conditions)
        return statement


@dataclass(frozen=True)
class KeyAccess:
    """What a function needs to use a key: environment variables, and rows of its role's policy."""

    variables: Mapping[str, str]
    grants: Sequence[Grant] = ()


def build_role(
    scope: Construct,
    construct_id: str,
    *,
    environment: Environment,
    name: str,
    policy_name: str,
    grants: Sequence[Grant],
    assumed_by: iam.IPrincipal,
    description: str | None = None,
    max_session_duration: Duration | None = None,
) -> iam.Role:
    """Return a role with one inline policy, which has what S3 needs of the data's key beside the grants."""
    grants = [*grants, *_key_grants(environment, grants)]
    statements = [grant.to_statement() for grant in grants]
    role = iam.Role(
        scope,
        construct_id,
        role_name=name,
        description=description,
        assumed_by=assumed_by,
        max_session_duration=max_session_duration,
        inline_policies={policy_name: iam.PolicyDocument(statements=statements)},
    )
    wildcards = {
        arn: grant.wildcard_reason for grant in grants for arn in grant.resources if arn.endswith("*")
    }
    for arn, reason in wildcards.items():
        acknowledge_wildcard(role, arn, reason)
    return role


def _key_grants(environment: Environment, grants: Sequence[Grant]) -> list[Grant]:
    """Return what a role needs to read, or to write, encrypted objects."""
    actions = key_actions(action for grant in grants for action in grant.actions)
    if not environment.kms_key or not actions:
        return []
    reason = "The id of the key is not known beforehand; the condition names its alias"
    keys, conditions = [regional_arn("kms", "key/*")], key_conditions(environment)
    return [Grant(actions, keys, reason, conditional=False, conditions=conditions)]


def apply_boundary(stack: Stack, environment: Environment) -> None:
    """Give all roles of a stack the permissions boundary, which a person creates before (docs/ci.md)."""
    name = environment.resource_name("boundary")
    policy = iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", name)
    iam.PermissionsBoundary.of(stack).apply(policy)


def acknowledge_wildcard(role: iam.Role, resource: str, reason: str) -> None:
    """Acknowledge cdk-nag's finding on an ARN that contains `*`."""
    for token, name in ((Aws.PARTITION, "Partition"), (Aws.REGION, "Region"), (Aws.ACCOUNT_ID, "AccountId")):
        resource = resource.replace(token, f"<AWS::{name}>")
    finding = Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{resource}]", reason=reason)
    Validations.of(role).acknowledge(finding)


def regional_arn(service: str, resource: str) -> str:
    """Return the ARN of a resource of this account and region."""
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"


def bucket_arn(environment: Environment, kind: str) -> str:
    """Return the ARN of one of the environment's buckets."""
    return f"arn:{Aws.PARTITION}:s3:::{environment.bucket_name(kind)}"


def object_arns(environment: Environment, kind: str, *prefixes: str) -> list[str]:
    """Return the ARNs of all objects under each prefix of a bucket; without a prefix, of all objects."""
    bucket = bucket_arn(environment, kind)
    return [f"{bucket}/{prefix}/*" for prefix in prefixes] or [f"{bucket}/*"]

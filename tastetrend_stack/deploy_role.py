"""The roles that the workflows on GitHub assume, in a stack that a person deploys once."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import Aws, BootstraplessSynthesizer, CfnOutput, DefaultStackSynthesizer, Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import (
    CURATED_PREFIX,
    HISTORY_PREFIX,
    OUTPUT_PREFIXES,
    Grant,
    bucket_arn,
    build_role,
    object_arns,
    regional_arn,
)

SESSION = Duration.hours(2)  # a deployment waits for two promotions, one of them a canary

_ISSUER = "token.actions.githubusercontent.com"
_PROVIDER = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:oidc-provider/{_ISSUER}"
_AUDIENCE = {f"{_ISSUER}:aud": "sts.amazonaws.com"}
# As in GitHub's tokens. For repositories made since July 2026 they contain the ids, which survive a rename.
_REPOSITORY = re.compile(r"[\w-]+/[\w.-]+|[\w-]+@\d+/[\w.-]+@\d+")
_QUALIFIER = DefaultStackSynthesizer.DEFAULT_QUALIFIER
_BOOTSTRAP_ROLES = ("deploy", "file-publishing")  # made by `cdk bootstrap`; a synthesis looks up nothing
_READ_DEPLOYMENTS = ["codedeploy:ListDeployments", "codedeploy:GetDeployment"]
_BOOTSTRAP_VERSION = f"parameter/cdk-bootstrap/{_QUALIFIER}/version"


class UnknownRepositoryError(ValueError):
    """The context names no repository in the form of GitHub's tokens."""


class DeployRoles(Stack):
    """A role that deploys an environment from main and, where `compared`, one that diffs pull requests.

    Each trusts only the one subject that GitHub writes into the tokens of such jobs.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, repository: str
    ) -> None:
        if not _REPOSITORY.fullmatch(repository):
            raise UnknownRepositoryError(
                f"{repository!r} is no repository: pass --context repository=<owner>/<name>, "
                "or <owner>@<id>/<name>@<id> for one made since July 2026"
            )
        super().__init__(
            scope,
            construct_id,
            description=f"Lets {repository} deploy {environment.resource_name()} without a key",
            tags=environment.tags,
            # Deployed with the rights of a person: what deploys the other stack must not change this one.
            synthesizer=BootstraplessSynthesizer(),
        )
        deploy = {"sub": f"repo:{repository}:environment:{environment.name}", "ref": "refs/heads/main"}
        self._add_role("deploy", environment, deploy, _release_grants(environment))
        if environment.compared:
            diff, calls = {"sub": f"repo:{repository}:pull_request"}, ["DescribeStacks", "GetTemplate"]
            self._add_role("diff", environment, diff, [_on_stack(environment, calls)])

    def _add_role(
        self, purpose: str, environment: Environment, claims: Mapping[str, str], grants: Sequence[Grant]
    ) -> None:
        subject = {f"{_ISSUER}:{claim}": value for claim, value in claims.items()}
        role = build_role(
            self,
            f"{purpose.capitalize()}Role",
            environment=environment,
            name=environment.resource_name(f"{purpose}-role"),
            policy_name=purpose,
            grants=grants,
            assumed_by=iam.WebIdentityPrincipal(_PROVIDER, {"StringEquals": _AUDIENCE | subject}),
            max_session_duration=SESSION,
        )
        CfnOutput(self, f"{purpose.capitalize()}RoleArn", value=role.role_arn)


def _release_grants(environment: Environment) -> list[Grant]:
    """Allow deploying, promoting, rolling back and reprocessing."""
    etl, large, gate = (
        regional_arn("lambda", f"function:{environment.resource_name(name)}")
        for name in ("etl", "etl-large", "quality-gate")
    )
    promotion = [f"lambda:{call}" for call in ("GetFunction", "ListAliases", "GetAlias", "UpdateAlias")]
    aliases = [f"{function}:{alias}" for function in (etl, large) for alias in ("dev", "staging", "prod")]
    calls = ("ListVersionsByFunction", "ListAliases", "GetAlias", "UpdateAlias")
    large_promotion = [f"lambda:{call}" for call in calls]
    buckets = [bucket_arn(environment, kind) for kind in ("raw", "processed", "artifacts")]
    uploads = bucket_arn(environment, "raw")
    releases = object_arns(environment, "artifacts", "releases", "lambda")
    processed = object_arns(environment, "processed", *OUTPUT_PREFIXES, CURATED_PREFIX, HISTORY_PREFIX)
    any_version = "A version's number is not known before it is deployed"
    by_version = "Releases are kept under the numbers of versions"
    any_output = "A bad version's outputs can have any key below fixed prefixes"
    return [
        Grant(["sts:AssumeRole"], [_bootstrap_role(kind) for kind in _BOOTSTRAP_ROLES], conditional=False),
        # No role is passed: CloudFormation keeps the one that `cdk deploy` gave the stack.
        _on_stack(environment, ["DescribeStacks", "DescribeStackEvents", "UpdateStack", "CancelUpdateStack"]),
        # CloudFormation reads the bootstrap's version, which the template asks for, as its caller.
        Grant(["ssm:GetParameters"], [regional_arn("ssm", _BOOTSTRAP_VERSION)], conditional=False),
        Grant(promotion, [etl, f"{etl}:*"], any_version, conditional=False),
        Grant(large_promotion, [large, f"{large}:*"], any_version, conditional=False),
        Grant(["lambda:InvokeFunction"], [gate, *aliases], conditional=False),
        # Why a canary was stopped.
        *([Grant(_READ_DEPLOYMENTS, [_deployment_group(environment)])] if environment.canary else []),
        Grant(["s3:ListBucket"], buckets),
        Grant(["s3:ListBucketVersions"], [uploads]),
        # S3 requires GetObject for a HEAD too.
        Grant(["s3:GetObject"], object_arns(environment, "raw"), "Any raw file may have to be reprocessed"),
        Grant(["s3:GetObject"], processed, any_output),
        Grant(["s3:GetObject"], releases, by_version),
        Grant(["s3:PutObject"], releases, by_version),
        Grant(["s3:DeleteObject"], processed, any_output),
    ]


def _deployment_group(environment: Environment) -> str:
    name = environment.resource_name("etl")
    return regional_arn("codedeploy", f"deploymentgroup:{name}/{name}-{environment.live_alias}")


def _on_stack(environment: Environment, calls: Sequence[str]) -> Grant:
    return Grant(
        [f"cloudformation:{call}" for call in calls],
        [regional_arn("cloudformation", f"stack/{environment.resource_name()}/*")],
        "CloudFormation ends a stack's ARN with an id of its own making",
        conditional=False,
    )


def _bootstrap_role(kind: str) -> str:
    name = f"cdk-{_QUALIFIER}-{kind}-role-{Aws.ACCOUNT_ID}-{Aws.REGION}"
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"

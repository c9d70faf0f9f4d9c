"""The roles that the workflows on GitHub take on, in a stack that a person deploys once."""

import re
from collections.abc import Mapping

from aws_cdk import Aws, CfnOutput, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from tastetrend_stack.deploy_permissions import DeployPermissions
from tastetrend_stack.environments import Environment

SESSION = Duration.hours(2)  # a deployment waits for two promotions, one of them a canary

_ISSUER = "token.actions.githubusercontent.com"
_PROVIDER = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:oidc-provider/{_ISSUER}"
# As GitHub's tokens spell it. Since July 2026 those of new repositories bear the ids, which outlive a name.
_REPOSITORY = re.compile(r"[\w-]+/[\w.-]+|[\w-]+@\d+/[\w.-]+@\d+")


class UnknownRepositoryError(ValueError):
    """The context names no repository that a token could come from."""


class DeployRoles(Stack):
    """A role that deploys an environment from main and, where asked for, one that compares pull requests.

    Each is bound to the one subject that GitHub itself writes into the tokens of such jobs.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, repository: str
    ) -> None:
        _check(repository)
        super().__init__(
            scope,
            construct_id,
            description=f"Lets {repository} deploy {environment.named()} without a key",
            tags=environment.tags,
        )
        self._environment = environment
        permissions = DeployPermissions(environment)
        released = {"sub": f"repo:{repository}:environment:{environment.name}", "ref": "refs/heads/main"}
        deploy = self._build_role("deploy", released, permissions.to_release)
        Validations.of(deploy).acknowledge(*permissions.accepted_to_release)
        if environment.compared:
            proposed = {"sub": f"repo:{repository}:pull_request"}
            diff = self._build_role("diff", proposed, permissions.to_compare)
            Validations.of(diff).acknowledge(*permissions.accepted_to_compare)

    def _build_role(
        self, purpose: str, claims: Mapping[str, str], statements: list[iam.PolicyStatement]
    ) -> iam.Role:
        expected = {f"{_ISSUER}:{claim}": value for claim, value in claims.items()}
        role = iam.Role(
            self,
            f"{purpose.capitalize()}Role",
            role_name=self._environment.named(f"{purpose}-role"),
            assumed_by=iam.WebIdentityPrincipal(
                _PROVIDER, {"StringEquals": {f"{_ISSUER}:aud": "sts.amazonaws.com", **expected}}
            ),
            max_session_duration=SESSION,
            inline_policies={purpose: iam.PolicyDocument(statements=statements)},
        )
        CfnOutput(self, f"{purpose.capitalize()}RoleArn", value=role.role_arn)
        return role


def _check(repository: str) -> None:
    if not _REPOSITORY.fullmatch(repository):
        raise UnknownRepositoryError(
            f"{repository!r} is no repository: pass --context repository=<owner>/<name>, "
            "or <owner>@<id>/<name>@<id> for one made since July 2026"
        )

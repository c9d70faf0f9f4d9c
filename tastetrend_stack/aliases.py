"""The version of the function that each alias runs."""

from aws_cdk import CfnCondition, CfnOutput, CfnParameter, Fn, ICfnConditionExpression, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment


class VersionAliases(Construct):
    """The newest version, retained, and the aliases; `staging` and `prod` move only when promoted.

    The names of the stack parameters that name the promoted versions begin with `tier`. Each is an output
    too: CloudFormation refuses an update that changes neither a resource nor an output, and does not keep
    its parameters then.

    `live_is_promoted` is true in an update if the alias that S3 events invoke was promoted; None for `dev`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        function: lambda_.Function,
        tier: str = "",
    ) -> None:
        super().__init__(scope, construct_id)
        self._function, self._tier = function, tier
        self._promoted_aliases: dict[str, ICfnConditionExpression] = {}
        self.newest = function.current_version
        self.newest.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        aliases = {
            "dev": self._build_alias("dev", self.newest),
            "staging": self._build_alias("staging", self._promoted("staging")),
            "prod": self._build_alias("prod", self._promoted("prod")),
        }
        self.live = aliases[environment.live_alias]
        self.live_is_promoted = self._promoted_aliases.get(environment.live_alias)

    def _build_alias(self, name: str, version: lambda_.IVersion) -> lambda_.Alias:
        return lambda_.Alias(self, f"{name.capitalize()}Alias", alias_name=name, version=version)

    def _promoted(self, alias: str) -> lambda_.IVersion:
        """Return the version that the stack parameter names, the newest as long as it is empty."""
        stack, name = Stack.of(self), f"{self._tier}{alias.capitalize()}Version"
        parameter = CfnParameter(
            stack,
            name,
            default="",
            allowed_pattern="[0-9]*",
            description=f"Version that the alias {alias} runs; empty until promoted: the newest",
        )
        given = Fn.condition_not(Fn.condition_equals(parameter, ""))
        condition = CfnCondition(stack, f"{name}Given", expression=given).logical_id
        self._promoted_aliases[alias] = given
        promoted = Fn.condition_if(condition, parameter.value_as_string, "newest").to_string()
        CfnOutput(stack, f"Promoted{name}", value=promoted)
        version = Fn.condition_if(condition, parameter.value_as_string, self.newest.version).to_string()
        return lambda_.Version.from_version_attributes(self, name, lambda_=self._function, version=version)

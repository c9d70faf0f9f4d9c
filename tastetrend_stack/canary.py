"""CodeDeploy canary with rollback on alarm."""

from collections.abc import Sequence

from aws_cdk import (
    Acknowledgment,
    CfnCondition,
    CfnParameter,
    Fn,
    ICfnConditionExpression,
    Stack,
    Validations,
)
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import acknowledge_wildcard

_MANAGED_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
_EMPTY_DIMENSION_FINDING = "CloudFormation-Validate::F3033"
_MANAGED_POLICY_FINDING = f"AwsSolutions-IAM4[Policy::{_MANAGED_POLICY}]"


class CanaryDeployment(Construct):
    """CodeDeploy's deployment group, which runs when a stack update gives the alias another version.

    It does not run before the first promotion, when each deployment moves the alias, nor in a rollback: then
    CloudFormation moves the alias itself, all at once. `given` is the condition that the alias was promoted;
    None for one that is never promoted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        alias: lambda_.Alias,
        given: ICfnConditionExpression | None,
        alarms: Sequence[cloudwatch.IAlarm],
        gate: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        name = environment.resource_name("etl")
        group = codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            application=codedeploy.LambdaApplication(self, "Application", application_name=name),
            deployment_group_name=f"{name}-{alias.alias_name}",
            role=self._build_role(environment, gate),
            alias=alias,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_10_MINUTES,
            alarms=list(alarms),
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
            pre_hook=gate,
        )
        for alarm in alarms:
            reason = (
                "The dimension is the promoted version only if the parameter is given, so it is never empty"
            )
            Validations.of(alarm).acknowledge(Acknowledgment(id=_EMPTY_DIMENSION_FINDING, reason=reason))
        self._limit_to_promotions(alias, group, gate, given)

    def _limit_to_promotions(
        self,
        alias: lambda_.Alias,
        group: codedeploy.LambdaDeploymentGroup,
        gate: lambda_.IFunction,
        given: ICfnConditionExpression | None,
    ) -> None:
        """Make the alias's update policy conditional, which the CDK's own is not."""
        resource, watching = alias.node.default_child, group.node.default_child
        assert isinstance(resource, lambda_.CfnAlias)  # noqa: S101 # nosec B101 # narrows the type
        assert isinstance(watching, codedeploy.CfnDeploymentGroup)  # noqa: S101 # nosec B101 # narrows the type
        policy = {
            "ApplicationName": group.application.application_name,
            "DeploymentGroupName": group.deployment_group_name,
            "BeforeAllowTrafficHook": gate.function_name,
        }
        condition = self._build_condition(given).logical_id
        resource.cfn_options.update_policy = None
        resource.add_override(
            "UpdatePolicy.CodeDeployLambdaAliasUpdate",
            {"Fn::If": [condition, policy, {"Ref": "AWS::NoValue"}]},
        )
        resource.add_resource_dependency(watching)  # its alarm watches the new version before the alias moves

    def _build_condition(self, given: ICfnConditionExpression | None) -> CfnCondition:
        stack = Stack.of(self)
        shift = CfnParameter(
            stack,
            "TrafficShift",
            default="canary",
            allowed_values=["canary", "all-at-once"],
            description="How the alias that S3 events invoke moves; all-at-once in a rollback",
        )
        by_canary = Fn.condition_equals(shift, "canary")
        wanted = Fn.condition_and(given, by_canary) if given else by_canary
        return CfnCondition(stack, "ShiftsByCanary", expression=wanted)

    def _build_role(self, environment: Environment, gate: lambda_.IFunction) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            role_name=environment.resource_name("shift-role"),
            description="Lets CodeDeploy, which adds its managed policy, move the alias",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
        )
        reason = "AWS updates it with what CodeDeploy calls; only CodeDeploy can assume the role"
        Validations.of(role).acknowledge(Acknowledgment(id=_MANAGED_POLICY_FINDING, reason=reason))
        logical_id, _ = Stack.of(gate).resolve(gate.function_arn)["Fn::GetAtt"]
        reason = "The gate has one version; the CDK grants CodeDeploy all versions"
        acknowledge_wildcard(role, f"<{logical_id}.Arn>:*", reason)
        return role

"""CodeDeploy canary with rollback on alarm."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import acknowledge_wildcard

_MANAGED_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
_MANAGED_POLICY_FINDING = f"AwsSolutions-IAM4[Policy::{_MANAGED_POLICY}]"


class CanaryDeployment(Construct):
    """CodeDeploy's deployment group, which runs when a stack update gives the alias another version."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        alias: lambda_.Alias,
        alarms: Sequence[cloudwatch.IAlarm],
        gate: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        name = environment.resource_name("etl")
        codedeploy.LambdaDeploymentGroup(
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

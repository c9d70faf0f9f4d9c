"""Moves the alias that serves real events to another version bit by bit, and back when an alarm rings."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment

_MANAGED_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"


class Shift(Construct):
    """CodeDeploy's deployment group, which takes over when a stack update gives the alias another version."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        alias: lambda_.Alias,
        alarms: Sequence[cloudwatch.IAlarm],
        gate: lambda_.IFunction | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        name = environment.named("etl")
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

    def _build_role(self, environment: Environment, gate: lambda_.IFunction | None) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            role_name=environment.named("shift-role"),
            description="Lets CodeDeploy, which adds its managed policy, move the alias",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
        )
        Validations.of(role).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM4[Policy::{_MANAGED_POLICY}]",
                reason="AWS keeps it in step with what CodeDeploy calls; only CodeDeploy can take the role",
            )
        )
        if gate:
            Validations.of(role).acknowledge(_accepted(gate))
        return role


def _accepted(gate: lambda_.IFunction) -> Acknowledgment:
    """Tell why the CDK lets CodeDeploy invoke any version of the gate."""
    resource = gate.node.default_child
    assert isinstance(resource, CfnElement)  # noqa: S101 # narrows the type, the library promises no more
    logical_id = Stack.of(gate).get_logical_id(resource)
    return Acknowledgment(
        id=f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>:*]",
        reason="The gate has one version; CodeDeploy is granted it by the CDK along with all others",
    )

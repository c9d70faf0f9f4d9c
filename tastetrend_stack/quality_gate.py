"""The function that judges a version on golden files, with its log and its role."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.gate_permissions import GatePermissions


class QualityGate(Construct):
    """A sister of the etl function, made from the same code, under names known beforehand."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self._name = environment.named("quality-gate")
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self._name,
            description="Judges a version of the etl function on golden files",
            runtime=lambda_.Runtime.PYTHON_3_11,
            architecture=lambda_.Architecture.X86_64,
            handler="quality_gate.lambda_handler",
            code=code,
            layers=layers,
            memory_size=1024,
            timeout=Duration.minutes(5),
            role=self._build_role(),
            log_group=self._build_log_group(),
            environment={
                "ARTIFACTS_BUCKET": environment.bucket_name("artifacts"),
                "ETL_FUNCTION": environment.named("etl"),
            },
        )
        Validations.of(self.function).acknowledge(
            Acknowledgment(
                id="AwsSolutions-L1", reason="The managed layers are taken for Python 3.11, pinned"
            )
        )

    def _build_role(self) -> iam.Role:
        permissions = GatePermissions(self._environment)
        role = iam.Role(
            self,
            "Role",
            role_name=f"{self._name}-role",
            description="Replays golden files within the artifacts bucket, and nothing else",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"gate": iam.PolicyDocument(statements=permissions.statements)},
        )
        Validations.of(role).acknowledge(*permissions.accepted_wildcards)
        return role

    def _build_log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{self._name}",
            retention=self._environment.log_retention,
            removal_policy=self._environment.removal,
        )

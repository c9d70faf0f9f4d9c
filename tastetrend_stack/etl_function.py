"""The function that turns one raw file into its parquet, with its log and its role."""

from pathlib import Path

from aws_cdk import Acknowledgment, CfnDynamicReference, CfnDynamicReferenceService, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.etl_permissions import EtlPermissions

# A layer's number differs by region, so the ARN is looked up when the stack is deployed.
_LAYERS = {
    "SdkForPandas": "/aws/service/aws-sdk-pandas/3.17.0/py3.11/x86_64/layer-arn",
    "Powertools": "/aws/service/powertools/python/x86_64/python3.11/3.37.0",
}
_ASSET = Path(__file__).parents[1] / "lambda_src"
# What tools leave behind would change the asset's hash, and with it publish a version of unchanged code.
_NOT_CODE = ["**/__pycache__", "**/*.pyc", "**/.*", "**/*.egg-info"]


class EtlFunction(Construct):
    """The function, its log group and its role, all under names known beforehand."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self.code = lambda_.Code.from_asset(str(_ASSET), exclude=_NOT_CODE)
        self.layers = self._build_layers()
        self.log_group = self._build_log_group()
        self.role = self._build_role()
        self.function = self._build_function()
        Validations.of(self.function).acknowledge(
            Acknowledgment(
                id="AwsSolutions-L1", reason="The managed layers are taken for Python 3.11, pinned"
            )
        )

    def _build_log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=self._environment.etl_log_group,
            retention=self._environment.log_retention,
            removal_policy=self._environment.removal,
        )

    def _build_role(self) -> iam.Role:
        permissions = EtlPermissions(self._environment)
        role = iam.Role(
            self,
            "Role",
            role_name=self._environment.named("etl-role"),
            description="Reads raw review files, writes processed ones, and nothing else",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"etl": iam.PolicyDocument(statements=permissions.statements)},
        )
        Validations.of(role).acknowledge(*permissions.accepted_wildcards)
        return role

    def _build_function(self) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            function_name=self._environment.named("etl"),
            description="Turns one raw review file into one clean parquet, with reports",
            runtime=lambda_.Runtime.PYTHON_3_11,
            architecture=lambda_.Architecture.X86_64,
            handler="api_handler.lambda_handler",
            code=self.code,
            layers=self.layers,
            memory_size=1024,
            timeout=Duration.seconds(30),
            role=self.role,
            log_group=self.log_group,
            environment={
                "RAW_BUCKET": self._environment.bucket_name("raw"),
                "PROCESSED_BUCKET": self._environment.bucket_name("processed"),
                "ARTIFACTS_BUCKET": self._environment.bucket_name("artifacts"),
            },
        )

    def _build_layers(self) -> list[lambda_.ILayerVersion]:
        return [
            lambda_.LayerVersion.from_layer_version_arn(
                self, name, CfnDynamicReference(CfnDynamicReferenceService.SSM, parameter).to_string()
            )
            for name, parameter in _LAYERS.items()
        ]

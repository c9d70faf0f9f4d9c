"""The function that turns one raw file into its parquet, and what its role allows."""

from pathlib import Path

from aws_cdk import CfnDynamicReference, CfnDynamicReferenceService, Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import (
    DATASET_PREFIXES,
    GATE_OUTPUTS,
    OUTPUT_PREFIXES,
    Grant,
    bucket_arn,
    object_arns,
    regional_arn,
)
from tastetrend_stack.python_function import PythonFunction

# A layer's number differs by region, so the ARN is looked up when the stack is deployed.
_LAYERS = {
    "SdkForPandas": "/aws/service/aws-sdk-pandas/3.17.0/py3.11/x86_64/layer-arn",
    "Powertools": "/aws/service/powertools/python/x86_64/python3.11/3.37.0",
}
_ASSET = Path(__file__).parents[1] / "lambda_src"
# Files that tools leave behind would change the asset's hash and publish a version of unchanged code.
_NOT_CODE = ["**/__pycache__", "**/*.pyc", "**/.*", "**/*.egg-info"]
_BUCKETS = ("raw", "processed", "artifacts")


class EtlFunction(Construct):
    """The function, its log group and its role, all under fixed names."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.code = lambda_.Code.from_asset(str(_ASSET), exclude=_NOT_CODE)
        self.layers = [
            lambda_.LayerVersion.from_layer_version_arn(
                self, name, CfnDynamicReference(CfnDynamicReferenceService.SSM, parameter).to_string()
            )
            for name, parameter in _LAYERS.items()
        ]
        self.function = PythonFunction(
            self,
            "Function",
            environment=environment,
            name=environment.resource_name("etl"),
            description="Turns one raw review file into one clean parquet, with reports",
            handler="api_handler.lambda_handler",
            code=self.code,
            layers=self.layers,
            timeout=Duration.seconds(30),
            variables={f"{kind.upper()}_BUCKET": environment.bucket_name(kind) for kind in _BUCKETS},
            policy_name="etl",
            grants=_grants(environment),
            role_description="Reads raw review files, writes processed ones, and nothing else",
        )


def _grants(environment: Environment) -> list[Grant]:
    """Name resources by ARN, not by reference: the role then depends on none of them.

    Without ListBucket, a HEAD of a missing key answers 403 instead of 404.
    """
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    write = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    any_raw = "The senders choose the keys, so any object may be read"
    any_output = "Keys of outputs follow the senders' keys, below fixed prefixes"
    moved = "A raw object whose kind has changed leaves its former dataset, whose key follows its own"
    golden = "The quality gate replays golden files under keys of its own run"
    return [
        Grant(["s3:ListBucket"], [bucket_arn(environment, kind) for kind in _BUCKETS]),
        Grant(read, object_arns(environment, "raw"), any_raw),
        Grant(read, object_arns(environment, "artifacts", "gate"), golden),
        Grant(write, object_arns(environment, "processed", *OUTPUT_PREFIXES), any_output),
        Grant(write, object_arns(environment, "artifacts", *GATE_OUTPUTS), golden),
        Grant(["s3:DeleteObject"], object_arns(environment, "processed", *DATASET_PREFIXES), moved),
        Grant(["sqs:SendMessage"], [regional_arn("sqs", environment.resource_name("etl-failures"))]),
    ]

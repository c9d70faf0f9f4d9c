"""The function that turns one raw file into its parquet, and what its role allows."""

from pathlib import Path

from aws_cdk import Acknowledgment, CfnDynamicReference, CfnDynamicReferenceService, Duration, Validations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import (
    CURATED_PREFIX,
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
        variables = {f"{kind.upper()}_BUCKET": environment.bucket_name(kind) for kind in _BUCKETS}
        grants = _grants(environment)
        key = environment.resource_name("pseudonym-key")
        if environment.secret_key:
            secret = self._build_secret(environment, key)
            variables["PSEUDONYM_SECRET"] = secret.secret_arn
            grants.append(Grant(["secretsmanager:GetSecretValue"], [secret.secret_arn]))
        else:
            variables["PSEUDONYM_KEY"] = f"{key}, which is public"
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
            variables=variables,
            policy_name="etl",
            grants=grants,
            role_description="Reads raw review files, writes processed ones, and nothing else",
        )

    def _build_secret(self, environment: Environment, name: str) -> secretsmanager.Secret:
        """Build the secret with a random key of pseudonyms."""
        secret = secretsmanager.Secret(
            self,
            "PseudonymKey",
            secret_name=name,
            description="The key of customers' pseudonyms",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=environment.removal_policy,
        )
        reason = "A new key changes every pseudonym: a person rotates it and processes the files again"
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=reason))
        return secret


def _grants(environment: Environment) -> list[Grant]:
    """Name resources by ARN, not by reference: the role then depends on none of them.

    Without ListBucket, a HEAD of a missing key answers 403 instead of 404.
    """
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    write = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    any_raw = "The senders choose the keys, so any object may be read"
    any_output = "Keys of outputs follow the senders' keys, below fixed prefixes"
    moved = "A raw object whose kind has changed leaves its former dataset, whose key follows its own"
    former = (*DATASET_PREFIXES, CURATED_PREFIX)
    golden = "The quality gate replays golden files under keys of its own run"
    return [
        Grant(["s3:ListBucket"], [bucket_arn(environment, kind) for kind in _BUCKETS]),
        Grant(read, object_arns(environment, "raw"), any_raw),
        Grant(read, object_arns(environment, "artifacts", "gate"), golden),
        Grant(write, object_arns(environment, "processed", *OUTPUT_PREFIXES, CURATED_PREFIX), any_output),
        Grant(write, object_arns(environment, "artifacts", *GATE_OUTPUTS), golden),
        Grant(["s3:DeleteObject"], object_arns(environment, "processed", *former), moved),
        Grant(["sqs:SendMessage"], [regional_arn("sqs", environment.resource_name("etl-failures"))]),
    ]

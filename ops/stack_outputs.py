"""Reads the names of an environment's resources from the outputs of its CloudFormation stack."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console

from ops.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_s3.client import S3Client

# The first call of a command shows whether AWS can be reached; five attempts of 60 s would look like a hang.
FAIL_FAST = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


@dataclass(frozen=True)
class CommandContext:
    """An environment's resources, and the console for progress and results.

    Attributes:
        alias: which S3 events invoke.
        batch_arn: as `database`, `workgroup` and `erase_function`, empty for a stack that was deployed before
            it had them.
        vector_bucket: as `vector_index` and `embedding_queue_url`, empty where retrieval is switched off.
    """

    env: str
    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str
    function: str
    alias: str
    failure_queue_url: str
    batch_arn: str
    s3: "S3Client"
    console: Console
    database: str = ""
    workgroup: str = ""
    erase_function: str = ""
    vector_bucket: str = ""
    vector_index: str = ""
    embedding_queue_url: str = ""


def read_context(env: str, console: Console) -> CommandContext:
    """Return the context for an environment's stack.

    Raises:
        CommandError: there is no such stack.
        ClientError, BotoCoreError: AWS denies the request or cannot be reached.
    """
    outputs = _read_outputs(env)
    return CommandContext(
        env=env,
        raw_bucket=outputs["RawBucketName"],
        processed_bucket=outputs["ProcessedBucketName"],
        artifacts_bucket=outputs["ArtifactsBucketName"],
        function=outputs["FunctionName"],
        alias=outputs["LiveAliasName"],
        failure_queue_url=outputs["FailureQueueUrl"],
        batch_arn=outputs.get("BatchArn", ""),
        s3=boto3.client("s3"),
        console=console,
        database=outputs.get("DatabaseName", ""),
        workgroup=outputs.get("WorkgroupName", ""),
        erase_function=outputs.get("EraseFunctionName", ""),
        vector_bucket=outputs.get("VectorBucketName", ""),
        vector_index=outputs.get("VectorIndexName", ""),
        embedding_queue_url=outputs.get("EmbeddingQueueUrl", ""),
    )


def find_stack(env: str) -> "StackTypeDef | None":
    """Return the description of an environment's stack; None if there is none."""
    client = boto3.client("cloudformation", config=FAIL_FAST)
    try:
        return client.describe_stacks(StackName=f"tastetrend-{env}")["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _read_outputs(env: str) -> dict[str, str]:
    if not (stack := find_stack(env)):
        region = boto3.client("cloudformation").meta.region_name
        raise CommandError(
            f"there is no stack tastetrend-{env} in {region}; deploy it with `make deploy ENV={env}`, or "
            "name another environment or region"
        )
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

"""Reads the names of an environment's resources from the outputs of its CloudFormation stack."""

from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ops.errors import CommandError

# The first call of a command shows whether AWS can be reached; five attempts of 60 s would look like a hang.
_FAIL_FAST = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


@dataclass(frozen=True)
class StackOutputs:
    """The names that a command works with; `alias` is the one that S3 events invoke."""

    env: str
    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str
    function: str
    alias: str
    failure_queue_url: str


def read_stack_outputs(env: str) -> StackOutputs:
    """Return the outputs of an environment's stack.

    Raises:
        CommandError: there is no such stack.
        ClientError, BotoCoreError: AWS refuses or cannot be reached.
    """
    client = boto3.client("cloudformation", config=_FAIL_FAST)
    try:
        stacks = client.describe_stacks(StackName=f"tastetrend-{env}")["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise CommandError(
            f"there is no stack tastetrend-{env} in {client.meta.region_name}; deploy it with `make deploy "
            f"ENV={env}`, or name another environment or region"
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return StackOutputs(
        env=env,
        raw_bucket=outputs["RawBucketName"],
        processed_bucket=outputs["ProcessedBucketName"],
        artifacts_bucket=outputs["ArtifactsBucketName"],
        function=outputs["FunctionName"],
        alias=outputs["LiveAliasName"],
        failure_queue_url=outputs["FailureQueueUrl"],
    )

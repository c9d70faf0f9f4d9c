"""Finds what an environment's stack is made of, by asking CloudFormation."""

from dataclasses import dataclass

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

_MISSING = "does not exist"


@dataclass(frozen=True)
class Deployment:
    """The names that an operator's command works with."""

    env: str
    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str
    function: str
    alias: str
    failure_queue_url: str


def find_deployment(env: str) -> Deployment:
    """Return the deployment of an environment.

    Raises:
        typer.BadParameter: there is none, or AWS cannot be asked; says what to do.
    """
    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=f"tastetrend-{env}")["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise typer.BadParameter(_in_words(env, error)) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Deployment(
        env=env,
        raw_bucket=outputs["RawBucketName"],
        processed_bucket=outputs["ProcessedBucketName"],
        artifacts_bucket=outputs["ArtifactsBucketName"],
        function=outputs["FunctionName"],
        alias=outputs["LiveAliasName"],
        failure_queue_url=outputs["FailureQueueUrl"],
    )


def _in_words(env: str, error: Exception) -> str:
    if _MISSING in str(error):
        region = boto3.session.Session().region_name
        return (
            f"there is no stack tastetrend-{env} in {region}; deploy it with "
            f"`npx cdk deploy --context env={env}`, or name another environment or region"
        )
    return f"AWS cannot be asked about tastetrend-{env}: {error}"

"""The function that reports on all files of a batch, and what its role allows."""

from aws_cdk import Duration

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import CURATED_PREFIX, OUTPUT_PREFIXES, Grant, bucket_arn, object_arns
from tastetrend_stack.python_function import FunctionSpec


def batch_report(environment: Environment) -> FunctionSpec:
    """Describe the function; it has the code and the layers of the etl function."""
    return FunctionSpec(
        name=environment.resource_name("batch-report"),
        description="Reports on all files of a batch together",
        handler="batch_report.lambda_handler",
        timeout=Duration.minutes(15),  # Lambda's maximum
        variables={f"{kind.upper()}_BUCKET": environment.bucket_name(kind) for kind in ("raw", "processed")},
        policy_name="report",
        grants=_grants(environment),
        role_description="Lists raw files, reads their outputs, and writes the report of a batch",
    )


def _grants(environment: Environment) -> list[Grant]:
    """Without ListBucket, a HEAD of a missing output answers 403 instead of 404."""
    any_output = "Keys of outputs follow the senders' keys, below fixed prefixes"
    any_raw = "The senders choose the keys, so a manifest can name any object"
    by_execution = "The keys contain the names of executions"
    return [
        Grant(["s3:ListBucketVersions"], [bucket_arn(environment, "raw")]),
        Grant(["s3:ListBucket"], [bucket_arn(environment, kind) for kind in ("raw", "processed")]),
        Grant(["s3:GetObject"], object_arns(environment, "raw"), any_raw),
        Grant(
            ["s3:GetObject"],
            object_arns(environment, "processed", *OUTPUT_PREFIXES, CURATED_PREFIX),
            any_output,
        ),
        Grant(["s3:GetObject"], object_arns(environment, "processed", "batches"), by_execution),
        Grant(["s3:PutObject"], object_arns(environment, "processed", "batches"), by_execution),
    ]

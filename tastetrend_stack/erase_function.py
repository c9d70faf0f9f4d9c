"""The function that erases a customer from raw files and outputs, and what its role allows."""

from aws_cdk import Duration

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, KeyAccess, bucket_arn, object_arns
from tastetrend_stack.python_function import FunctionSpec

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_DELETE = ("s3:DeleteObject", "s3:DeleteObjectVersion")


def erase_function(environment: Environment, key: KeyAccess) -> FunctionSpec:
    """Describe the function; it has the code and the layers of the etl function."""
    return FunctionSpec(
        name=environment.resource_name("erase"),
        description="Erases a customer from raw files, and deletes old versions of them and of outputs",
        handler="erase.lambda_handler",
        memory_mb=3_008,  # the most that new accounts get
        disk_mb=10_240,
        timeout=Duration.minutes(15),  # Lambda's maximum
        variables={
            **{f"{kind.upper()}_BUCKET": environment.bucket_name(kind) for kind in ("raw", "processed")},
            **key.variables,
        },
        policy_name="erase",
        grants=[*_grants(environment), *key.grants],
        role_description="Rewrites raw files without a customer, and deletes versions with the customer",
    )


def _grants(environment: Environment) -> list[Grant]:
    """Let no other role delete a version, so that only what was erased cannot be restored."""
    any_raw = "A customer may be in any raw file"
    any_output = "A customer may be in the outputs of any raw file, whose keys follow its own"
    buckets = [bucket_arn(environment, kind) for kind in ("raw", "processed")]
    return [
        Grant(["s3:ListBucket", "s3:ListBucketVersions"], buckets),
        Grant([*_READ, "s3:PutObject", *_DELETE], object_arns(environment, "raw"), any_raw),
        Grant([*_READ, *_DELETE], object_arns(environment, "processed"), any_output),
    ]

"""What the functions and the task need to process a raw file: variables, and rows of policies."""

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import (
    CURATED_PREFIX,
    DATASET_PREFIXES,
    HISTORY_PREFIX,
    OUTPUT_PREFIXES,
    Grant,
    bucket_arn,
    object_arns,
)

WRITE = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]


def file_variables(environment: Environment, tier: str) -> dict[str, str]:
    """Return the variables that name the buckets and the tier, and the largest one if there is a task."""
    buckets = {
        f"{kind.upper()}_BUCKET": environment.bucket_name(kind) for kind in ("raw", "processed", "artifacts")
    }
    largest = {"LARGEST_TIER": "task"} if environment.large_file_task else {}
    return {**buckets, "TIER": tier, **largest}


def file_grants(environment: Environment) -> list[Grant]:
    """Return what it takes to process a file: to read it, and to write, replace and delete its outputs.

    They name resources by ARN, not by reference: the role then depends on none of them.

    Without ListBucket, a HEAD of a missing key answers 403 instead of 404.
    """
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    any_raw = "The senders choose the keys, so any object may be read"
    any_output = "Keys of outputs follow the senders' keys, below fixed prefixes"
    moved = "A raw object whose kind has changed leaves its former dataset, whose key follows its own"
    former = (*DATASET_PREFIXES, CURATED_PREFIX)
    written = (*OUTPUT_PREFIXES, CURATED_PREFIX, HISTORY_PREFIX)
    return [
        Grant(["s3:ListBucket"], [bucket_arn(environment, kind) for kind in ("raw", "processed")]),
        Grant(read, object_arns(environment, "raw"), any_raw),
        Grant(WRITE, object_arns(environment, "processed", *written), any_output),
        Grant(["s3:DeleteObject"], object_arns(environment, "processed", *former), moved),
    ]

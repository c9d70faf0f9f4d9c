"""Describes what the code runs on: Python, the libraries of the layers, and what the runtime's SDK can do."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import awswrangler
import boto3
import botocore
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

SUPPORTED = "supported"

_LIBRARIES = (boto3, botocore, pa, pd, awswrangler)
# Without these, two invocations that write the same output would overwrite each other.
_CONDITIONS: Mapping[str, Sequence[str]] = {
    "PutObject": ("IfMatch", "IfNoneMatch"),
    "CompleteMultipartUpload": ("IfMatch", "IfNoneMatch"),
    "DeleteObject": ("IfMatch",),
}


def describe_runtime(s3: "S3Client") -> dict[str, str]:
    """Return name → version; `conditional_writes` is `supported`, or what the SDK's model of S3 lacks."""
    versions = {library.__name__: str(library.__version__) for library in _LIBRARIES}
    lacking = "; ".join(_lacking_conditions(s3)) or SUPPORTED
    return {"python": platform.python_version(), **versions, "conditional_writes": lacking}


def _lacking_conditions(s3: "S3Client") -> Iterator[str]:
    for operation, conditions in _CONDITIONS.items():
        shape = s3.meta.service_model.operation_model(operation).input_shape
        known = shape.members if shape else {}
        if lacking := [name for name in conditions if name not in known]:
            yield f"{operation} lacks {', '.join(lacking)}"

"""Removes the outputs that a bad version made and its successor does not."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ops.deployment import Deployment
from tastetrend_etl.load import standing

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_AT_ONCE = 8


def remove_leftovers(s3: "S3Client", deployment: Deployment, version: str) -> int:
    """Delete what still bears the version; the bucket is versioned, so it can be brought back.

    Call it once all raw objects of that version have been processed anew: what the good version makes as
    well bears its own number by then.
    """
    bucket = deployment.processed_bucket
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def is_left(key: str) -> bool:
        held = standing(s3, bucket, key)
        return held is not None and held.metadata.get("function-version") == version

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        left = [key for key, leftover in zip(keys, pool.map(is_left, keys), strict=True) if leftover]
    for key in left:
        s3.delete_object(Bucket=bucket, Key=key)
    return len(left)

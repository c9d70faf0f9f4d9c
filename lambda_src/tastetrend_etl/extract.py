"""Finds the newest version of a raw object and stages it, whole, on the local disk."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from tastetrend_etl.errors import ContentionError, IncompleteDownloadError, RefusedError
from tastetrend_etl.records import SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_ARCHIVED = "InvalidObjectState"
# One request for the whole object: only then does the SDK compare its checksum with what arrived.
_IN_ONE_PIECE = TransferConfig(multipart_threshold=sys.maxsize, use_threads=False)


def connect() -> "S3Client":
    """Return a client that gives a stalled call up, and says so, before Lambda ends the invocation."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=6)
    return boto3.client("s3", config=config)


def describe(s3: "S3Client", bucket: str, key: str) -> SourceObject | None:
    """Return the current version of an object, None when there is none."""
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    return SourceObject(
        bucket=bucket,
        key=key,
        version_id=head.get("VersionId", "null"),
        etag=head["ETag"].strip('"'),
        size=head["ContentLength"],
        last_modified=head["LastModified"],
    )


def stage(s3: "S3Client", source: SourceObject, target: Path) -> None:
    """Download exactly this version.

    Raises:
        ContentionError: the version is gone since it was described.
        IncompleteDownloadError: what arrived is not as long as what S3 described.
        RefusedError: `archived`.
    """
    version = {"VersionId": source.version_id}
    try:
        s3.download_file(source.bucket, source.key, str(target), ExtraArgs=version, Config=_IN_ONE_PIECE)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == _ARCHIVED:
            raise RefusedError(
                "archived", "the raw object is archived; restore it in S3, then send it through again"
            ) from error
        if code in _GONE:
            raise ContentionError("the raw object changed before it was read") from error
        raise
    if (arrived := target.stat().st_size) != source.size:
        raise IncompleteDownloadError(
            f"{arrived:,} of {source.size:,} bytes of the raw object arrived; the event will be tried again"
        )

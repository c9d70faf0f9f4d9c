"""Finds the current version of a raw object, and downloads it to the local disk."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from tastetrend_etl.errors import ConcurrentWriteError, IncompleteDownloadError, RejectedFileError
from tastetrend_etl.models import SourceObject

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef as ObjectHead

CONTENT_SHA256 = "content-sha256"
"""Metadata key of every output."""
FIRST_UPLOADED = "first-uploaded"
"""Metadata key of a raw object that was rewritten: the ISO time of its first upload."""

_NOT_FOUND = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_ARCHIVED = "InvalidObjectState"
_BROKEN_BODY = (FlexibleChecksumError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_MAX_DOWNLOADS = 3
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class RawObject:
    """The current version of a raw object.

    Attributes:
        body: its content, not read yet; None for an archived object, whose content S3 does not send.
        content: as `content_id` returns it.
    """

    source: SourceObject
    body: "StreamingBody | None"
    content: str = ""


def connect() -> "S3Client":
    """Return a client whose stalled calls raise an error before Lambda ends the invocation."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=6)
    return boto3.client("s3", config=config)


def is_not_found(error: ClientError) -> bool:
    """Return whether S3 has no such object, or no such version."""
    return _code(error) in _NOT_FOUND


def head_object(s3: "S3Client", bucket: str, key: str) -> "ObjectHead | None":
    """HEAD an object; None if it does not exist."""
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_not_found(error):
            return None
        raise


def content_id(response: Mapping[str, Any]) -> str:
    """Return what is equal for equal contents, from a response to HEAD or GET: the SHA-256 of an output.

    Another object has only an ETag, which differs with each write where a key of KMS encrypts the bucket.
    """
    content: str = response["Metadata"].get(CONTENT_SHA256) or response["ETag"].strip('"')
    return content


def find_current_version(s3: "S3Client", bucket: str, key: str) -> SourceObject | None:
    """HEAD the current version of a raw object; None if there is none."""
    head = head_object(s3, bucket, key)
    return source_of(bucket, key, head) if head else None


@contextmanager
def open_current_version(s3: "S3Client", bucket: str, key: str) -> Iterator[RawObject | None]:
    """GET the current version of a raw object, None if there is none; close its body in the end.

    One request for both version and content, so that the object cannot change in between.
    """
    raw = _get_current_version(s3, bucket, key)
    try:
        yield raw
    finally:
        if raw and raw.body:
            raw.body.close()


def _get_current_version(s3: "S3Client", bucket: str, key: str) -> RawObject | None:
    try:
        response = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_not_found(error):
            return None
        if _code(error) != _ARCHIVED:
            raise
        source = find_current_version(s3, bucket, key)
        return RawObject(source, None) if source else None
    return RawObject(source_of(bucket, key, response), response["Body"], content_id(response))


def download(s3: "S3Client", raw: RawObject, target: Path) -> None:
    """Write exactly this version to a file; retry a download that is incomplete or damaged.

    Raises:
        ConcurrentWriteError: the version was deleted since.
        IncompleteDownloadError: every download was incomplete or damaged.
        RejectedFileError: `archived`.
    """
    for attempt in range(1, _MAX_DOWNLOADS + 1):
        body = raw.body if raw.body and attempt == 1 else _get_version(s3, raw.source)
        try:
            with target.open("wb") as file:
                # At its end the SDK compares length and checksum.
                shutil.copyfileobj(body, file, _CHUNK_BYTES)
        except _BROKEN_BODY as error:
            if attempt == _MAX_DOWNLOADS:
                raise IncompleteDownloadError(
                    f"the {raw.source.size:,} bytes of the raw object arrived incomplete or "
                    f"damaged ({type(error).__name__}); the event will be tried again"
                ) from error
        else:
            return


def _get_version(s3: "S3Client", source: SourceObject) -> "StreamingBody":
    try:
        return s3.get_object(Bucket=source.bucket, Key=source.key, VersionId=source.version_id)["Body"]
    except ClientError as error:
        if _code(error) == _ARCHIVED:
            raise RejectedFileError(
                "archived", "the raw object is archived; restore it in S3, then process it again"
            ) from error
        if is_not_found(error):
            raise ConcurrentWriteError("the raw object was replaced or deleted before it was read") from error
        raise


def source_of(bucket: str, key: str, response: Mapping[str, Any]) -> SourceObject:
    """Return the version in a response to HEAD or GET."""
    return SourceObject(
        bucket=bucket,
        key=key,
        version_id=response.get("VersionId", "null"),
        etag=response["ETag"].strip('"'),
        size=response["ContentLength"],
        last_modified=response["LastModified"],
        first_uploaded=_parse_time(response.get("Metadata", {}).get(FIRST_UPLOADED, "")),
    )


def _parse_time(text: str) -> datetime | None:
    """Return an ISO time; None if it is none, or has no time zone."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else None
    return None


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]

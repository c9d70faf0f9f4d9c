"""Finds the current version of a raw object and downloads it, whole, to the local disk."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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

_NOT_FOUND = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_ARCHIVED = "InvalidObjectState"
_BROKEN_BODY = (FlexibleChecksumError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_MAX_DOWNLOADS = 3
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class RawObject:
    """The current version of a raw object.

    Attributes:
        source: which one it is.
        body: its content, which S3 has begun to send; None when S3 did not, because the object is archived.
    """

    source: SourceObject
    body: "StreamingBody | None"


def connect() -> "S3Client":
    """Return a client that gives a stalled call up, and says so, before Lambda ends the invocation."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=6)
    return boto3.client("s3", config=config)


def find_current_version(s3: "S3Client", bucket: str, key: str) -> SourceObject | None:
    """HEAD the current version of an object; None if there is none."""
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if _code(error) in _NOT_FOUND:
            return None
        raise
    return _source(bucket, key, head)


@contextmanager
def open_current_version(s3: "S3Client", bucket: str, key: str) -> Iterator[RawObject | None]:
    """GET the current version of an object, None if there is none; give up at the end what is not read of it.

    One request tells which version it is and brings its content, so nothing can change in between.
    """
    raw = _get_current_version(s3, bucket, key)
    try:
        yield raw
    finally:
        if raw and raw.body:
            raw.body.close()


def _get_current_version(s3: "S3Client", bucket: str, key: str) -> RawObject | None:
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if _code(error) in _NOT_FOUND:
            return None
        if _code(error) != _ARCHIVED:
            raise
        source = find_current_version(s3, bucket, key)
        return RawObject(source, None) if source else None
    return RawObject(_source(bucket, key, answer), answer["Body"])


def download(s3: "S3Client", raw: RawObject, target: Path) -> None:
    """Write exactly this version to a file; one that breaks off or arrives damaged is fetched again.

    Raises:
        ConcurrentWriteError: the version is gone since it was found.
        IncompleteDownloadError: it never arrived as S3 described it.
        RejectedFileError: `archived`.
    """
    for attempt in range(1, _MAX_DOWNLOADS + 1):
        body = raw.body if raw.body and attempt == 1 else _get_version(s3, raw.source)
        try:
            with target.open("wb") as file:
                # To its end, where the SDK compares length and checksum.
                shutil.copyfileobj(body, file, _CHUNK_BYTES)
        except _BROKEN_BODY as error:
            if attempt == _MAX_DOWNLOADS:
                raise IncompleteDownloadError(
                    f"the {raw.source.size:,} bytes of the raw object did not arrive whole "
                    f"({type(error).__name__}); the event will be tried again"
                ) from error
        else:
            return


def _get_version(s3: "S3Client", source: SourceObject) -> "StreamingBody":
    try:
        return s3.get_object(Bucket=source.bucket, Key=source.key, VersionId=source.version_id)["Body"]
    except ClientError as error:
        if _code(error) == _ARCHIVED:
            raise RejectedFileError(
                "archived", "the raw object is archived; restore it in S3, then send it through again"
            ) from error
        if _code(error) in _NOT_FOUND:
            raise ConcurrentWriteError("the raw object changed before it was read") from error
        raise


def _source(bucket: str, key: str, answer: Mapping[str, Any]) -> SourceObject:
    """Return the version that an answer to HEAD or GET is about."""
    return SourceObject(
        bucket=bucket,
        key=key,
        version_id=answer.get("VersionId", "null"),
        etag=answer["ETag"].strip('"'),
        size=answer["ContentLength"],
        last_modified=answer["LastModified"],
    )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]

"""Writes the outputs of one raw object so that readers see the old dataset or the new one, complete."""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tastetrend_etl.errors import ConcurrentWriteError
from tastetrend_etl.models import SourceObject
from tastetrend_etl.outputs import Content, to_bytes
from tastetrend_etl.s3_download import CONTENT_SHA256, head_object, is_not_found
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS, Arguments, upload_parquet

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef as ObjectHead

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
}

SOURCE_VERSION, FUNCTION_VERSION = "source-version-id", "function-version"
"""Metadata keys of every output."""
# Two objects under one key are the same when these are. The function's version is among them so that the
# outputs of a bad version can be found, and deleted.
_IDENTITY = (CONTENT_SHA256, FUNCTION_VERSION)

Metadata = Mapping[str, str]
"""User metadata: US-ASCII, 2 KB at most, so no part of a key is in it."""


def metadata_of(source: SourceObject, function_version: str, sequencer: str) -> Metadata:
    """Return the metadata of the outputs of a raw object."""
    return {
        SOURCE_VERSION: source.version_id,
        "source-etag": source.etag,
        FUNCTION_VERSION: function_version,
        "event-sequencer": sequencer,
    }


def put_if_changed(s3: "S3Client", bucket: str, key: str, content: Content, metadata: Metadata) -> None:
    """Write an output unless the same one is there already.

    Raises:
        ConcurrentWriteError: another invocation wrote it in between.
    """
    metadata = {**metadata, CONTENT_SHA256: _sha256(content)}
    try:
        _put(s3, bucket, key, content, metadata, None)
    except ConcurrentWriteError:
        current = head_object(s3, bucket, key)
        if not _is_same(metadata, current):
            _put(s3, bucket, key, content, metadata, current)


def put_dataset(
    s3: "S3Client",
    bucket: str,
    key: str,
    dataset: Path,
    metadata: Metadata,
    expected_current: "ObjectHead | None",
) -> None:
    """Write a dataset or a curated part on condition that what is under its key is still the expected one.

    Raises:
        ConcurrentWriteError: another invocation wrote it in between.
    """
    _put(s3, bucket, key, dataset, {**metadata, CONTENT_SHA256: _sha256(dataset)}, expected_current)


def delete_dataset(s3: "S3Client", bucket: str, key: str, expected_current: "ObjectHead | None") -> None:
    """Delete a dataset or a curated part if it is the expected one; if none is, check that there is none.

    Raises:
        ConcurrentWriteError: another invocation wrote it in between.
    """
    if expected_current is None:
        if head_object(s3, bucket, key):
            raise _concurrent_write()
        return
    try:
        s3.delete_object(Bucket=bucket, Key=key, IfMatch=expected_current["ETag"])
    except ClientError as error:
        if is_not_found(error):
            return  # another invocation has deleted it, or the first request that the SDK sent
        if error.response["Error"]["Code"] in PRECONDITION_ERRORS:
            raise _concurrent_write() from error
        raise


def _concurrent_write() -> ConcurrentWriteError:
    return ConcurrentWriteError(
        "another invocation changed an output at the same time; the event will be tried again"
    )


def _put(
    s3: "S3Client",
    bucket: str,
    key: str,
    content: Content,
    metadata: Metadata,
    expected_current: "ObjectHead | None",
) -> None:
    condition = {"IfMatch": expected_current["ETag"].strip('"')} if expected_current else {"IfNoneMatch": "*"}
    arguments = {"ContentType": _CONTENT_TYPES[PurePosixPath(key).suffix], "Metadata": metadata}
    try:
        _send(s3, bucket, key, content, condition | arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
            raise
        # Of a request that the SDK sent again, the first may have succeeded and its response been lost.
        retried = error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
        if not (retried and _is_same(metadata, head_object(s3, bucket, key))):
            raise _concurrent_write() from error


def _send(s3: "S3Client", bucket: str, key: str, content: Content, arguments: Arguments) -> None:
    if isinstance(content, Path | bytes):
        upload_parquet(s3, bucket, key, content, arguments)
    else:
        s3.put_object(Bucket=bucket, Key=key, Body=to_bytes(content), **arguments)


def _is_same(metadata: Metadata, head: "ObjectHead | None") -> bool:
    return head is not None and all(head["Metadata"].get(name) == metadata[name] for name in _IDENTITY)


def _sha256(content: Content) -> str:
    if isinstance(content, Path):
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(to_bytes(content)).hexdigest()

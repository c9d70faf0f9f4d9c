"""Commits the outputs of one raw object so that readers see the old dataset or the new one, whole."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
from botocore.exceptions import ClientError

from tastetrend_etl.errors import ConcurrentWriteError
from tastetrend_etl.models import RejectedRow
from tastetrend_etl.s3_parquet import Arguments, upload_parquet, write_parquet
from tastetrend_etl.schema import REJECTED
from tastetrend_etl.validate.report import Report

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_NOT_FOUND = frozenset({"404", "NoSuchKey"})
# `NoSuchKey`: what the write would replace is gone. `NoSuchUpload`: so are its parts, or they are an object
# already, which a completion that is sent twice finds.
_PRECONDITION_ERRORS = frozenset(
    {"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchKey", "NoSuchUpload"}
)
_CONTENT_TYPES = {".json": "application/json", ".parquet": "application/vnd.apache.parquet"}
_SHA256 = "content-sha256"
# Two objects under one key are the same when these are. The version is among them so that what a bad version
# alone has written can be told, and removed, by it.
_SAME = (_SHA256, "function-version")

Metadata = Mapping[str, str]
"""User metadata: US-ASCII, 2 KB at most, so nothing of a key goes in."""


@dataclass(frozen=True)
class ObjectHead:
    """What HEAD tells of an object."""

    etag: str
    metadata: Metadata


@dataclass(frozen=True)
class _Output:
    """An object to write.

    Attributes:
        metadata: a digest of its content included.
        send: writes the content; takes client, bucket, key and further `arguments` of PutObject.
    """

    bucket: str
    key: str
    metadata: Metadata
    send: Callable[..., None]

    def is_current(self, s3: "S3Client") -> bool:
        """Say whether this output is there already."""
        return self.is_same_as(head_object(s3, self.bucket, self.key))

    def is_same_as(self, head: ObjectHead | None) -> bool:
        """Say whether a HEAD found this output."""
        return head is not None and all(head.metadata.get(name) == self.metadata.get(name) for name in _SAME)


def head_object(s3: "S3Client", bucket: str, key: str) -> ObjectHead | None:
    """HEAD an object; None if it does not exist."""
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_FOUND:
            return None
        raise
    return ObjectHead(head["ETag"].strip('"'), head["Metadata"])


def put_rejected(
    s3: "S3Client", bucket: str, key: str, rejected: list[RejectedRow], metadata: Metadata
) -> None:
    """Write the rejected rows as parquet, unless they are there already.

    Raises:
        ConcurrentWriteError: another invocation wrote them in between.
    """
    table = rejected_table(rejected)
    send = partial(write_parquet, table=table)
    _put_if_changed(s3, _Output(bucket, key, {**metadata, _SHA256: _table_sha256(table)}, send))


def rejected_table(rejected: list[RejectedRow]) -> pa.Table:
    """Return the rejected rows in the order of the raw file: int64, string, string."""
    rows = [vars(row) for row in sorted(rejected, key=lambda row: row.source_row)]
    return pa.Table.from_pylist(rows, REJECTED)


def put_report(s3: "S3Client", bucket: str, key: str, report: Report, metadata: Metadata) -> None:
    """Write a JSON document, unless it is there already.

    Raises:
        ConcurrentWriteError: another invocation wrote it in between.
    """
    content = to_json_bytes(report)
    send = partial(_put_bytes, content=content)
    sha256 = hashlib.sha256(content).hexdigest()
    _put_if_changed(s3, _Output(bucket, key, {**metadata, _SHA256: sha256}, send))


def to_json_bytes(report: Report) -> bytes:
    """Return a report as it is written down."""
    return json.dumps(report, ensure_ascii=False, indent=2).encode(errors="backslashreplace")


def put_dataset(
    s3: "S3Client",
    bucket: str,
    key: str,
    dataset: Path,
    metadata: Metadata,
    expected_current: ObjectHead | None,
) -> None:
    """Write the dataset, on the condition that the object it replaces is still the current one.

    Raises:
        ConcurrentWriteError: another invocation wrote it in between.
    """
    with dataset.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    send = partial(upload_parquet, file=dataset)
    _put(s3, _Output(bucket, key, {**metadata, _SHA256: sha256}, send), expected_current)


def _put_if_changed(s3: "S3Client", output: _Output) -> None:
    try:
        _put(s3, output, None)
    except ConcurrentWriteError:
        current = head_object(s3, output.bucket, output.key)
        if not output.is_same_as(current):
            _put(s3, output, current)


def _put(s3: "S3Client", output: _Output, expected_current: ObjectHead | None) -> None:
    condition = {"IfMatch": expected_current.etag} if expected_current else {"IfNoneMatch": "*"}
    arguments = {
        "ContentType": _CONTENT_TYPES[PurePosixPath(output.key).suffix],
        "Metadata": output.metadata,
    }
    try:
        output.send(s3, output.bucket, output.key, arguments=condition | arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _PRECONDITION_ERRORS:
            raise
        if not (_was_retried(error) and output.is_current(s3)):
            raise ConcurrentWriteError("an output changed while its successor was made") from error


def _put_bytes(s3: "S3Client", bucket: str, key: str, content: bytes, arguments: Arguments) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=content, **arguments)


def _was_retried(error: ClientError) -> bool:
    """Say whether the SDK sent the request again: the first may have worked and its answer been lost."""
    return error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0


def _table_sha256(table: pa.Table) -> str:
    """Return a digest of the rows, not of a parquet file, whose bytes depend on the library's version."""
    content = pa.BufferOutputStream()
    with pa.ipc.new_stream(content, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(content.getvalue()).hexdigest()

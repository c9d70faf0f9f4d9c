"""Commits the outputs of one raw object so that readers see the old dataset or the new one, whole."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from tastetrend_etl.account.report import Report
from tastetrend_etl.errors import ContentionError
from tastetrend_etl.records import RejectedRow
from tastetrend_etl.schema import REJECTED

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

_GONE = frozenset({"404", "NoSuchKey"})
# S3 answers `NoSuchKey` when what a conditional write replaces is no longer there.
_LOST_RACE = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchKey"})

_CONTENT_TYPES = {".json": "application/json", ".parquet": "application/vnd.apache.parquet"}
Body = io.BytesIO | io.BufferedReader
Metadata = Mapping[str, str]
"""User metadata: US-ASCII, 2 KB at most, so nothing of a key goes in."""


@dataclass(frozen=True)
class Standing:
    """The dataset that stands in the processed bucket now."""

    etag: str
    metadata: Metadata


def standing(s3: "S3Client", bucket: str, key: str) -> Standing | None:
    """Return what stands under a key, None when nothing does."""
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    return Standing(head["ETag"].strip('"'), head["Metadata"])


def put_rejected(
    s3: "S3Client", bucket: str, key: str, rejected: list[RejectedRow], metadata: Metadata
) -> None:
    """Write the rejected rows, unless they stand there already.

    Raises:
        ContentionError: another invocation wrote them in between.
    """
    _put_unless_same(s3, bucket, key, rejected_parquet(rejected), metadata)


def rejected_parquet(rejected: list[RejectedRow]) -> bytes:
    """Return a parquet file of the rejected rows, in the order of the raw file."""
    rows = [vars(row) for row in sorted(rejected, key=lambda row: row.source_row)]
    # Not awswrangler's writer: it sends what it has when writing fails, and again when it is collected.
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, REJECTED), content, compression="snappy", store_schema=False)
    return content.getvalue()


def put_report(s3: "S3Client", bucket: str, key: str, report: Report, metadata: Metadata) -> None:
    """Write a JSON document, unless it stands there already.

    Raises:
        ContentionError: another invocation wrote it in between.
    """
    _put_unless_same(s3, bucket, key, encoded(report), metadata)


def encoded(report: Report) -> bytes:
    """Return a report as it is written down."""
    return json.dumps(report, ensure_ascii=False, indent=2).encode(errors="backslashreplace")


def put_dataset(
    s3: "S3Client", bucket: str, key: str, dataset: Path, metadata: Metadata, replaces: Standing | None
) -> None:
    """Write the dataset in one request, on the condition that what it replaces still stands.

    Raises:
        ContentionError: another invocation wrote it in between.
    """
    with dataset.open("rb") as body:
        _put(s3, bucket, key, body, metadata, replaces)


def _put_unless_same(s3: "S3Client", bucket: str, key: str, content: bytes, metadata: Metadata) -> None:
    body = io.BytesIO(content)
    try:
        _put(s3, bucket, key, body, metadata, None)
    except ContentionError:
        held = standing(s3, bucket, key)
        if held is None or held.etag != _md5(body):
            _put(s3, bucket, key, body, metadata, held)


def _put(
    s3: "S3Client", bucket: str, key: str, body: Body, metadata: Metadata, replaces: Standing | None
) -> None:
    request: PutObjectRequestTypeDef = {
        "Bucket": bucket,
        "Key": key,
        "Body": body,
        "ContentType": _CONTENT_TYPES[PurePosixPath(key).suffix],
        "Metadata": dict(metadata),
    }
    if replaces:
        request["IfMatch"] = replaces.etag
    else:
        request["IfNoneMatch"] = "*"
    body.seek(0)
    try:
        s3.put_object(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _LOST_RACE:
            raise
        if not (_was_repeated(error) and _stands(s3, bucket, key, body)):
            raise ContentionError("an output changed while its successor was made") from error


def _was_repeated(error: ClientError) -> bool:
    """Say whether the SDK sent the request again: the first may have worked and its answer been lost."""
    return error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0


def _stands(s3: "S3Client", bucket: str, key: str, body: Body) -> bool:
    held = standing(s3, bucket, key)
    return held is not None and held.etag == _md5(body)


def _md5(body: Body) -> str:
    """Return the ETag that S3 gives to content which it encrypts with keys of its own."""
    body.seek(0)
    return hashlib.file_digest(body, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()

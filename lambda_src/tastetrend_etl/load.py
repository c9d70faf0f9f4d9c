"""Commits the outputs of one raw object so that readers see the old dataset or the new one, whole."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tastetrend_etl.account.report import Report
from tastetrend_etl.errors import ContentionError
from tastetrend_etl.records import RejectedRow

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from pandas import DataFrame

_GONE = frozenset({"404", "NoSuchKey"})
# S3 answers `NoSuchKey` when what a conditional write replaces is no longer there.
_LOST_RACE = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchKey"})

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


def rejected_frame(rejected: list[RejectedRow]) -> "DataFrame":
    """Return the rejected rows in the order of the file: `source_row`, `reason`, `raw`."""
    import pandas as pd  # noqa: PLC0415 # half a second of cold start that a clean file need not pay

    return pd.DataFrame([vars(row) for row in sorted(rejected, key=lambda row: row.source_row)])


def put_rejected(
    s3: "S3Client", bucket: str, key: str, rejected: list[RejectedRow], metadata: Metadata
) -> None:
    """Write the rejected rows; their key is that of one raw version, so a retry makes them whole."""
    import awswrangler as wr  # noqa: PLC0415 # a second of cold start that a clean file need not pay

    wr.config.botocore_config = s3.meta.config
    wr.s3.to_parquet(
        df=rejected_frame(rejected),
        path=f"s3://{bucket}/{key}",
        compression="snappy",
        s3_additional_kwargs={"Metadata": dict(metadata)},
    )


def put_report(s3: "S3Client", bucket: str, key: str, report: Report, metadata: Metadata) -> None:
    """Write a JSON document, unless it stands there already.

    Raises:
        ContentionError: another invocation wrote it in between.
    """
    body, held = io.BytesIO(encoded(report)), standing(s3, bucket, key)
    if held is None or held.etag != _md5(body):
        _put(s3, bucket, key, body, metadata, held)


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


def _put(
    s3: "S3Client", bucket: str, key: str, body: Body, metadata: Metadata, replaces: Standing | None
) -> None:
    try:
        if replaces:
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=dict(metadata), IfMatch=replaces.etag)
        else:
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=dict(metadata), IfNoneMatch="*")
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
    digest = hashlib.file_digest(body, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    body.seek(0)
    return digest

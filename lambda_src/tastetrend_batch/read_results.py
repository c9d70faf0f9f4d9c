"""Reads from S3 the result of each raw object of a batch."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tastetrend_batch.manifest import read_keys
from tastetrend_batch.models import Batch, BatchSettings, FileResult, Outcome, Report
from tastetrend_etl.hand_over import MANIFEST_SUFFIX
from tastetrend_etl.models import Kind, SourceObject
from tastetrend_etl.output_keys import OutputKeys, dataset_keys, fits_s3_limit, output_keys
from tastetrend_etl.s3_download import find_current_version, head_object, is_not_found
from tastetrend_etl.validate.profile import RowBalance

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

FindOutput = Callable[[str], datetime | None]
"""Returns when the output under a key was written; None if there is none of the version in question."""

WORKERS = 16
_SOURCE_VERSION = "source-version-id"  # metadata of every output


def connect() -> "S3Client":
    """Return a client with a connection for each worker."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 8}, max_pool_connections=WORKERS)
    return boto3.client("s3", config=config)


def list_sources(s3: "S3Client", bucket: str, prefix: str) -> Iterator[SourceObject]:
    """Yield the newest version of each raw object under a prefix, without folder markers and manifests."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for entry in (entry for page in pages for entry in page.get("Versions", [])):
        is_marker = entry["Key"].endswith("/") and not entry["Size"]
        if entry["IsLatest"] and not is_marker and not entry["Key"].endswith(MANIFEST_SUFFIX):
            yield _source(bucket, entry)


def read_results(
    s3: "S3Client", settings: BatchSettings, batch: Batch, executor: Executor
) -> tuple[Iterator[FileResult], list[str]]:
    """Return the result of each raw object, and the keys of those that were uploaded after the start."""
    if batch.list_key:
        sources, absent = find_sources(s3, settings, batch.list_key, executor)
    else:
        sources, absent = list(list_sources(s3, settings.raw_bucket, batch.prefix)), []
    later = [source.key for source in sources if source.last_modified > batch.started]
    included = [source for source in sources if source.last_modified <= batch.started]
    results = executor.map(partial(read_result, s3, settings.processed_bucket), included)
    missing = (FileResult(key, "missing", "not_uploaded") for key in absent)
    return chain(missing, results), later


def find_sources(
    s3: "S3Client", settings: BatchSettings, list_key: str, executor: Executor
) -> tuple[list[SourceObject], list[str]]:
    """Return the newest version of each raw object in a list, and the keys that have none."""
    body = s3.get_object(Bucket=settings.processed_bucket, Key=list_key)["Body"].read()
    keys = list(read_keys(body))
    found = list(executor.map(partial(find_current_version, s3, settings.raw_bucket), keys))
    absent = [key for key, source in zip(keys, found, strict=True) if not source]
    return [source for source in found if source], absent


def read_result(
    s3: "S3Client", bucket: str, source: SourceObject, find: FindOutput | None = None
) -> FileResult:
    """Return what is in the processed bucket for one version of a raw object.

    Without `find`, by HEAD of its objects, which needs the permission to read the rows.
    """
    find = find or partial(_find_by_head, s3, bucket, source)
    keys, datasets = output_keys(source), _datasets(source, find)
    error = head_object(s3, bucket, keys.error)
    if not datasets and not error:
        return FileResult(source.key, "missing")
    # An older error report is harmless: corrected code has processed what another had rejected.
    if len(datasets) > 1 or (error and any(error["LastModified"] > each for each in datasets.values())):
        return FileResult(source.key, "contradictory")
    for kind in datasets:
        return _processed(s3, bucket, source, output_keys(source, kind), find)
    return FileResult(source.key, "rejected", _get_json(s3, bucket, keys.error)["reason"])


def _datasets(source: SourceObject, find: FindOutput) -> dict[Kind, datetime]:
    """Return when the dataset of each kind of this version was written."""
    if not fits_s3_limit(source.key):
        return {}
    found = {kind: find(key) for kind, key in dataset_keys(source.key).items()}
    return {kind: written for kind, written in found.items() if written}


def _find_by_head(s3: "S3Client", bucket: str, source: SourceObject, key: str) -> datetime | None:
    """HEAD an output; one of another version does not count."""
    head = head_object(s3, bucket, key)
    if head is None or head["Metadata"].get(_SOURCE_VERSION) != source.version_id:
        return None
    return head["LastModified"]


def _processed(
    s3: "S3Client", bucket: str, source: SourceObject, keys: OutputKeys, find: FindOutput
) -> FileResult:
    try:
        validation = _get_json(s3, bucket, keys.validation)
        bias = _get_json(s3, bucket, keys.bias) if validation["outputs"]["bias"] else None
    except ClientError as error:
        if is_not_found(error):
            return FileResult(source.key, "no_report")
        raise
    rows = RowBalance(**validation["rows"])
    outcome: Outcome = "processed" if rows.is_balanced else "unbalanced"
    if not find(keys.curated):
        outcome = "no_part"
    return FileResult(source.key, outcome, status=validation["status"], rows=rows, bias=bias)


def _get_json(s3: "S3Client", bucket: str, key: str) -> Report:
    document: Report = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
    return document


def _source(bucket: str, entry: Mapping[str, Any]) -> SourceObject:
    return SourceObject(
        bucket=bucket,
        key=entry["Key"],
        version_id=entry["VersionId"],
        etag=entry["ETag"].strip('"'),
        size=entry["Size"],
        last_modified=entry["LastModified"],
    )

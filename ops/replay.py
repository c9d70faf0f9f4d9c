"""Processes raw objects again: those under a prefix, since a day, or written by one version."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from ops.invoke import invoke_all
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_etl.load import FUNCTION_VERSION, SOURCE_VERSION
from tastetrend_etl.s3_download import head_object
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_MAX_WORKERS = 8
# Of every contract version; results of queries and batches, and manifests of vectors, are under others.
_OUTPUT_PREFIXES = ("curated/", "history/", "processed/", "reference/", "rejected/")


class Output(NamedTuple):
    """An object of the processed bucket.

    Attributes:
        source_version: the version id of the raw object.
        writer: the function version that wrote the output.
        etag: of the output, so that it is only deleted as it was read.
    """

    key: str
    source_version: str
    writer: str
    etag: str


def replay_objects(
    context: CommandContext, prefix: str, since: datetime | None, only_version: str | None, *, yes: bool
) -> Result:
    """Process the raw objects that match again with the live version; without `yes`, only list them."""
    env = context.env
    keys = find_raw_keys(context, prefix, since, None if only_version is None else [only_version])
    if not yes:
        objects = show_keys("would process", keys, context)
        context.console.print(f"{len(keys)} objects of {env}. Nothing was done; add --yes to do it.")
        return Result({"environment": env, "dry_run": True, "objects": objects})
    objects, failed = reprocess(context, keys)
    context.console.print(
        f"{env}: {len(keys) - failed} of {len(keys)} objects were processed again, {failed} failed."
    )
    return Result({"environment": env, "dry_run": False, "objects": objects}, int(failed > 0))


def show_keys(action: str, keys: Sequence[str], context: CommandContext) -> list[dict[str, Any]]:
    """Print one line for each key, for a dry run; return an entry for each."""
    for key in keys:
        context.console.print(f"{action}: {key}")
    return [{"key": key} for key in keys]


def reprocess(context: CommandContext, keys: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Process raw objects again; return an entry with the result of each, and how many failed."""
    results = invoke_all(context, [(key, {"key": key, "reprocess": True}) for key in keys])
    objects = [{"key": key, **vars(result)} for key, result in zip(keys, results, strict=True)]
    return objects, sum(result.failed for result in results)


def find_raw_keys(
    context: CommandContext,
    prefix: str = "",
    since: datetime | None = None,
    versions: Collection[str] | None = None,
) -> list[str]:
    """Return the raw keys that match: uploaded `since` (naive UTC), with outputs that `versions` wrote."""
    uploads = current_uploads(context, prefix, since)
    if versions is None:
        return list(uploads)
    written = {output.source_version for output in read_outputs(context) if output.writer in versions}
    return [key for key, version in uploads.items() if version in written]


def current_uploads(
    context: CommandContext, prefix: str = "", since: datetime | None = None
) -> dict[str, str]:
    """Return raw key → version id of its newest upload, of the keys that match as in `find_raw_keys`."""
    start = since.replace(tzinfo=UTC) if since else None
    pages = context.s3.get_paginator("list_object_versions").paginate(
        Bucket=context.raw_bucket, Prefix=prefix
    )
    uploads = (entry for entry in pages.search("Versions[] || `[]`") if entry["IsLatest"])
    return {
        entry["Key"]: entry["VersionId"] for entry in uploads if not start or entry["LastModified"] >= start
    }


def read_outputs(context: CommandContext) -> list[Output]:
    """Return all objects of the processed bucket that the function wrote, wherever their version put them."""

    def read(key: str) -> Output | None:
        head = head_object(context.s3, context.processed_bucket, key)
        if not head or not head["Metadata"].keys() >= {SOURCE_VERSION, FUNCTION_VERSION}:
            return None
        metadata = head["Metadata"]
        return Output(key, metadata[SOURCE_VERSION], metadata[FUNCTION_VERSION], head["ETag"])

    listed = [list_objects(context.s3, context.processed_bucket, prefix) for prefix in _OUTPUT_PREFIXES]
    keys = [entry["Key"] for entry in chain(*listed)]
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        return [output for output in pool.map(read, keys) if output]


def find_outputs(context: CommandContext, versions: Collection[str]) -> list[Output]:
    """Return the processed objects that these function versions wrote."""
    return [output for output in read_outputs(context) if output.writer in versions]


def delete_outputs(context: CommandContext, outputs: Sequence[Output]) -> list[str]:
    """Delete processed objects that are still as they were read; return their keys.

    The bucket is versioned, so a deletion can be undone.
    """
    return [output.key for output in outputs if _delete_unchanged(context, output)]


def _delete_unchanged(context: CommandContext, output: Output) -> bool:
    try:
        context.s3.delete_object(Bucket=context.processed_bucket, Key=output.key, IfMatch=output.etag)
    except ClientError as error:
        if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
            raise
        return False
    return True


def list_objects(s3: "S3Client", bucket: str, prefix: str = "") -> Iterator["ObjectTypeDef"]:
    """Yield the entry of each object under a prefix, in the order of their keys."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return pages.search("Contents[] || `[]`")  # an empty page has no Contents

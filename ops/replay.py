"""Processes raw objects again: those under a prefix, since a day, or written by one version."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.invoke import invoke_all
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_etl.load import FUNCTION_VERSION, SOURCE_VERSION
from tastetrend_etl.output_keys import fits_s3_limit, output_keys
from tastetrend_etl.s3_download import find_current_version, head_object

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_MAX_WORKERS = 8


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
    start = since.replace(tzinfo=UTC) if since else None
    objects = list_objects(context.s3, context.raw_bucket, prefix)
    keys = [entry["Key"] for entry in objects if not start or entry["LastModified"] >= start]
    return _filter(keys, lambda key: _written_by(context, key), versions) if versions is not None else keys


def find_outputs(context: CommandContext, versions: Collection[str]) -> list[str]:
    """Return the keys of the processed objects that these function versions wrote."""
    s3, bucket = context.s3, context.processed_bucket

    def version_of(key: str) -> str | None:
        head = head_object(s3, bucket, key)
        return head["Metadata"].get(FUNCTION_VERSION) if head else None

    return _filter([entry["Key"] for entry in list_objects(s3, bucket)], version_of, versions)


def delete_orphaned_outputs(context: CommandContext, versions: Collection[str]) -> list[str]:
    """Delete the outputs that bad versions wrote and the good one does not; return their keys.

    Call it after all raw objects of those versions were processed again: by then, the outputs that the good
    version writes as well have its number. The bucket is versioned, so a deletion can be undone.
    """
    keys = find_outputs(context, versions)
    for key in keys:
        context.s3.delete_object(Bucket=context.processed_bucket, Key=key)
    return keys


def list_objects(s3: "S3Client", bucket: str, prefix: str = "") -> Iterator["ObjectTypeDef"]:
    """Yield the entry of each object under a prefix, in the order of their keys."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return pages.search("Contents[] || `[]`")  # an empty page has no Contents


def _written_by(context: CommandContext, key: str) -> str | None:
    """Return the function version that wrote the outputs of a raw object's current version."""
    source = find_current_version(context.s3, context.raw_bucket, key)
    if source is None:
        return None
    keys = output_keys(source)
    for output in (keys.dataset, keys.error) if fits_s3_limit(key) else (keys.error,):
        head = head_object(context.s3, context.processed_bucket, output)
        if head and head["Metadata"].get(SOURCE_VERSION) == source.version_id:
            return head["Metadata"].get(FUNCTION_VERSION)
    return None


def _filter(keys: list[str], version_of: Callable[[str], str | None], versions: Collection[str]) -> list[str]:
    """Return the keys of some versions; the version is looked up for several keys at once."""
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        writers = pool.map(version_of, keys)
        return [key for key, writer in zip(keys, writers, strict=True) if writer in versions]

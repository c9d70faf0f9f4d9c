"""Processes raw objects again: those under a prefix, since a day, or written by one version."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from rich.console import Console

from ops.invoke import InvokeResult, invoke_all
from ops.result import Result
from ops.stack_outputs import StackOutputs, read_stack_outputs
from tastetrend_etl.extract import find_current_version, head_object
from tastetrend_etl.load import FUNCTION_VERSION, SOURCE_VERSION
from tastetrend_etl.output_keys import fits_s3_limit, output_keys

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_MAX_WORKERS = 8


def replay_objects(
    env: str, prefix: str, since: datetime | None, only_version: str | None, console: Console, *, yes: bool
) -> Result:
    """Process raw objects again with the live version, replacing their outputs.

    Args:
        env: the environment.
        prefix: the start of the raw keys; empty for all.
        since: only objects uploaded at this time (naive UTC) or later.
        only_version: only objects whose outputs this function version wrote.
        console: where progress and results are printed.
        yes: without it, only print which objects would be processed.
    """
    outputs = read_stack_outputs(env)
    keys = find_raw_keys(boto3.client("s3"), outputs, prefix, since, only_version)
    if not yes:
        show_keys("would process", keys, console)
        console.print(f"{len(keys)} objects of {env}. Nothing was done; add --yes to do it.")
        return Result({"environment": env, "dry_run": True, "objects": [{"key": key} for key in keys]})
    results = reprocess(outputs, keys, console)
    failed = sum(result.failed for result in results)
    console.print(
        f"{env}: {len(keys) - failed} of {len(keys)} objects were processed again, {failed} failed."
    )
    objects = [{"key": key, **vars(result)} for key, result in zip(keys, results, strict=True)]
    return Result({"environment": env, "dry_run": False, "objects": objects}, int(failed > 0))


def find_raw_keys(
    s3: "S3Client",
    outputs: StackOutputs,
    prefix: str,
    since: datetime | None = None,
    only_version: str | None = None,
) -> list[str]:
    """Return the keys of the raw objects that match."""
    keys = list(_list_keys(s3, outputs.raw_bucket, prefix, since))
    if only_version is None:
        return keys
    return _where(keys, lambda key: written_by(s3, outputs, key) == only_version)


def find_outputs_of_version(s3: "S3Client", outputs: StackOutputs, version: str) -> list[str]:
    """Return the keys of the processed objects that a function version wrote."""
    bucket = outputs.processed_bucket

    def is_of_version(key: str) -> bool:
        head = head_object(s3, bucket, key)
        return head is not None and head["Metadata"].get(FUNCTION_VERSION) == version

    return _where(list(_list_keys(s3, bucket)), is_of_version)


def reprocess(outputs: StackOutputs, keys: Sequence[str], console: Console) -> list[InvokeResult]:
    """Process raw objects again; return a result for each."""
    return invoke_all(outputs, [(key, {"key": key, "reprocess": True}) for key in keys], console)


def delete_orphaned_outputs(s3: "S3Client", outputs: StackOutputs, version: str) -> list[str]:
    """Delete the outputs that a bad version wrote and its successor does not; return their keys.

    Call it after all raw objects of that version were processed again: what the good version writes as well
    carries its number by then. The bucket is versioned, so a deletion can be undone.
    """
    keys = find_outputs_of_version(s3, outputs, version)
    for key in keys:
        s3.delete_object(Bucket=outputs.processed_bucket, Key=key)
    return keys


def written_by(s3: "S3Client", outputs: StackOutputs, key: str) -> str | None:
    """Return the function version that wrote the outputs of a raw object's newest version."""
    source = find_current_version(s3, outputs.raw_bucket, key)
    if source is None:
        return None
    keys = output_keys(source)
    for output in (keys.dataset, keys.error) if fits_s3_limit(key) else (keys.error,):
        head = head_object(s3, outputs.processed_bucket, output)
        if head and head["Metadata"].get(SOURCE_VERSION) == source.version_id:
            return head["Metadata"].get(FUNCTION_VERSION)
    return None


def show_keys(action: str, keys: Sequence[str], console: Console) -> None:
    """Print one line for each key, for a dry run."""
    for key in keys:
        console.print(f"{action}: {key}", markup=False, soft_wrap=True)


def _where(keys: list[str], matches: Callable[[str], bool]) -> list[str]:
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        return [key for key, match in zip(keys, pool.map(matches, keys), strict=True) if match]


def _list_keys(s3: "S3Client", bucket: str, prefix: str = "", since: datetime | None = None) -> Iterator[str]:
    start = since.replace(tzinfo=UTC) if since else None
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            if start is None or entry["LastModified"] >= start:
                yield entry["Key"]

"""Uploads a manifest, the list of the files of a batch, and follows the batch that it starts by itself."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from ops.batch_progress import follow
from ops.batch_result import finish
from ops.errors import CommandError, UsageError
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_batch.manifest import ManifestError, read_keys, to_jsonl
from tastetrend_etl.hand_over import MANIFEST_SUFFIX, execution_name
from tastetrend_etl.s3_download import find_current_version, head_object

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient

_MAX_WORKERS = 8
_START_SECONDS = 120  # from the upload to the execution that its event starts
_POLL_SECONDS = 2


def run_manifest(context: CommandContext, file: Path, *, wait: bool) -> Result:
    """Upload a manifest to the raw bucket, whose event starts the batch; with `wait`, show its result.

    Raises:
        UsageError: a line of the file is no key, or it has none.
        CommandError: files that it names are not there, or no batch starts.
    """
    keys = _read(file)
    _check(context, file, keys)
    key = file.name.removesuffix(".jsonl").removesuffix(".manifest") + MANIFEST_SUFFIX
    context.s3.put_object(Bucket=context.raw_bucket, Key=key, Body=to_jsonl(keys))
    client = boto3.client("stepfunctions")
    execution = _find_execution(client, context, key)
    name = execution.rpartition(":")[2]
    context.console.print(f"The batch {name} over the {len(keys):,} files of {key} is running.")
    if not wait:
        return Result({"environment": context.env, "execution": name, "status": "RUNNING"})
    described = follow(client, execution, context.console)
    return finish(client, context, execution, described, key.removesuffix(MANIFEST_SUFFIX))


def _read(file: Path) -> list[str]:
    try:
        keys = list(dict.fromkeys(read_keys(file.read_bytes())))
    except ManifestError as error:
        raise UsageError(f"{file}: {error}") from error
    if not keys:
        raise UsageError(f"{file} names no file; write a raw key on each line")
    return keys


def _check(context: CommandContext, file: Path, keys: list[str]) -> None:
    """Find the files that are not there; a manifest that a sender uploads waits for them."""
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        heads = pool.map(partial(head_object, context.s3, context.raw_bucket), keys)
        missing = [key for key, head in zip(keys, heads, strict=True) if not head]
    if missing:
        raise CommandError(
            f"{len(missing):,} of the {len(keys):,} files in {file} are not in {context.raw_bucket}, first "
            f"{missing[0]!r}; upload them, or correct the list"
        )


def _find_execution(client: "SFNClient", context: CommandContext, key: str) -> str:
    """Return the ARN of the execution that the upload's event starts."""
    source = find_current_version(context.s3, context.raw_bucket, key)
    name = execution_name(source) if source else ""
    arn = f"{context.batch_arn.replace(':stateMachine:', ':execution:')}:{name}"
    for _ in range(_START_SECONDS // _POLL_SECONDS):
        try:
            return client.describe_execution(executionArn=arn)["executionArn"]
        except client.exceptions.ExecutionDoesNotExist:
            time.sleep(_POLL_SECONDS)
    raise CommandError(f"{key} was uploaded, but no batch has started; look at the failure queue")

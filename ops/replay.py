"""Processes raw objects again: all of a prefix, those since a day, or those that one version has written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import boto3
import typer
from rich.console import Console

from ops.deployment import Deployment, find_deployment
from ops.failures import Env
from ops.invoke import send_all
from tastetrend_etl.extract import describe
from tastetrend_etl.keys import fits, output_keys
from tastetrend_etl.load import standing

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_AT_ONCE = 8


def replay(
    prefix: Annotated[str, typer.Argument(help="The start of the raw keys; '' for all of them.")],
    env: Env = "dev",
    since: Annotated[
        datetime | None, typer.Option(help="Only objects uploaded at this time (UTC) or later.")
    ] = None,
    only_version: Annotated[
        str | None, typer.Option(help="Only objects whose outputs this function version wrote.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
) -> None:
    """Process raw objects again with the live version, replacing their outputs."""
    console, deployment = Console(), find_deployment(env)
    keys = find_raw(boto3.client("s3"), deployment, prefix, since, only_version)
    if not yes:
        for key in keys:
            console.print(f"would process: {key}", markup=False, soft_wrap=True)
        console.print(f"{len(keys)} objects. Nothing was done; add --yes to do it.")
        return
    failed = reprocess(deployment, keys, console)
    console.print(f"{len(keys) - failed} of {len(keys)} objects were processed again, {failed} failed.")
    if failed:
        raise typer.Exit(1)


def find_raw(
    s3: "S3Client",
    deployment: Deployment,
    prefix: str,
    since: datetime | None = None,
    only_version: str | None = None,
) -> list[str]:
    """Return the keys of the raw objects that are meant."""
    keys = list(_listed(s3, deployment.raw_bucket, prefix, since))
    if only_version is None:
        return keys
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        writers = pool.map(lambda key: written_by(s3, deployment, key), keys)
        return [key for key, writer in zip(keys, writers, strict=True) if writer == only_version]


def reprocess(deployment: Deployment, keys: list[str], console: Console) -> int:
    """Process raw objects anew; return how many failed."""
    events = [(key, {"key": key, "reprocess": True}) for key in keys]
    return send_all(deployment, events, console, lambda _: None)


def written_by(s3: "S3Client", deployment: Deployment, key: str) -> str | None:
    """Return the function version that wrote the outputs of a raw object's newest version."""
    source = describe(s3, deployment.raw_bucket, key)
    if source is None:
        return None
    keys = output_keys(source)
    outputs = (keys.dataset, keys.error) if fits(key) else (keys.error,)
    for output in outputs:
        held = standing(s3, deployment.processed_bucket, output)
        if held and held.metadata.get("source-version-id") == source.version_id:
            return held.metadata.get("function-version")
    return None


def _listed(s3: "S3Client", bucket: str, prefix: str, since: datetime | None) -> Iterator[str]:
    start = since.replace(tzinfo=UTC) if since else None
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            if start is None or entry["LastModified"] >= start:
                yield entry["Key"]

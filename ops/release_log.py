"""The record of releases: one immutable object in the artifacts bucket for each thing that happened."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import boto3
from botocore.exceptions import ClientError

from ops.manifests import Manifest
from ops.replay import list_objects
from ops.stack_outputs import CommandContext
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS

Kind = Literal[
    "promotion_started",
    "promoted",
    "promotion_failed",
    "rejected",
    "overridden",
    "rollback_started",
    "rolled_back",
    "moved_by_hand",
]

_PREFIX = "releases/events/"
_MAX_WORKERS = 8


@dataclass(frozen=True)
class Event:
    """What happened to an alias.

    Attributes:
        time: ISO 8601 in UTC; events are sorted by it.
        kind: `rejected` by the gate; `overridden` although the gate rejected it; `moved_by_hand`, that is, by
            neither `promote` nor `rollback`; the others as they say.
        version: that the alias was, or should have been, moved to.
        previous: the version that it served before; of a rollback the bad one. None in the records of earlier
            versions of this project.
        by: the ARN of the caller.
        reason: why, in sentences.
    """

    time: str
    kind: Kind
    alias: str
    version: str
    previous: str | None = None
    by: str = ""
    reason: str = ""


def record(
    context: CommandContext,
    kind: Kind,
    alias: str,
    version: str,
    previous: str | None,
    reason: str = "",
) -> None:
    """Add an event that happened now."""
    now = datetime.now(UTC)
    by = boto3.client("sts").get_caller_identity()["Arn"]
    event = Event(now.isoformat(timespec="microseconds"), kind, alias, version, previous, by, reason)
    try:
        context.s3.put_object(
            Bucket=context.artifacts_bucket,
            Key=f"{_PREFIX}{now:%Y%m%dT%H%M%S.%fZ}-{alias}-{kind}.json",
            Body=json.dumps(vars(event), indent=2).encode(),
            ContentType="application/json",
            IfNoneMatch="*",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
            raise  # otherwise the SDK's first request took effect, and its response was lost


def read_events(context: CommandContext, manifests: Mapping[str, Manifest]) -> list[Event]:
    """Return all events, oldest first, with those that only the manifests of earlier releases know."""

    def read(key: str) -> dict[str, Any]:
        body: dict[str, Any] = json.load(context.s3.get_object(Bucket=bucket, Key=key)["Body"])
        return body

    bucket = context.artifacts_bucket
    keys = [entry["Key"] for entry in list_objects(context.s3, bucket, _PREFIX)]
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        recorded = [Event(**fields) for fields in pool.map(read, keys)]
    return sorted([*_former_events(manifests), *recorded], key=lambda event: event.time)


def _former_events(manifests: Mapping[str, Manifest]) -> Iterator[Event]:
    """Yield what the manifests say, in which a rollback looks like one more promotion of the good version."""
    bad_versions = {
        (alias, _returned_at(manifests, alias, bad.version, good)): bad.version
        for bad in manifests.values()
        for alias, good in bad.rolled_back.items()
    }
    for manifest in manifests.values():
        for alias, times in manifest.promoted.items():
            for time in times:
                if bad := bad_versions.get((alias, time)):
                    yield Event(time, "rolled_back", alias, manifest.version, bad)
                else:
                    yield Event(time, "promoted", alias, manifest.version)


def _returned_at(manifests: Mapping[str, Manifest], alias: str, bad: str, good: str) -> str | None:
    """Return when an alias went back from a version to another; None if that was interrupted."""
    last = max(manifests[bad].promoted.get(alias, []), default="")
    return min((time for time in manifests[good].promoted.get(alias, []) if time > last), default=None)

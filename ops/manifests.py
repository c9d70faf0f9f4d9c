"""Reads the version that each alias runs, and the manifest of each promoted version in S3."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3

from ops.replay import list_objects
from ops.stack_outputs import CommandContext

PREVIOUS_STAGE: Mapping[str, str] = {"staging": "dev", "prod": "staging"}


@dataclass
class Manifest:
    """The record of one version, a JSON document in the artifacts bucket.

    Attributes:
        version: Lambda's number.
        semver: the project's version of that code.
        code_sha256: of the deployed archive, in base64 as Lambda gives it.
        code_key: the key of the archive in the artifacts bucket.
        git_commit: the commit whose `lambda_src/` is that code; None when the checkout has other code.
        layers: the ARNs of the layers.
        gate: the verdict's status.
        forced: whether the version was promoted although the gate failed.
        promoted: alias → when it was moved to this version, ISO 8601 in UTC.
        rolled_back: alias → the version that it was rolled back to from this one.
        retrieval: the figures of retrieval that the gate had; None where it is off.
    """

    version: str
    semver: str
    code_sha256: str
    code_key: str
    git_commit: str | None
    layers: list[str]
    gate: str
    forced: bool = False
    promoted: dict[str, list[str]] = field(default_factory=dict)
    rolled_back: dict[str, str] = field(default_factory=dict)
    retrieval: dict[str, Any] | None = None

    def record_promotion(self, alias: str) -> None:
        """Record that an alias was moved to this version now."""
        self.promoted.setdefault(alias, []).append(datetime.now(UTC).isoformat(timespec="seconds"))
        self.rolled_back.pop(alias, None)


def current_versions(function: str) -> dict[str, str]:
    """Return alias → version."""
    pages = boto3.client("lambda").get_paginator("list_aliases").paginate(FunctionName=function)
    return {alias["Name"]: alias["FunctionVersion"] for page in pages for alias in page["Aliases"]}


def load(context: CommandContext) -> dict[str, Manifest]:
    """Return version → manifest of all versions that were ever promoted."""
    s3, bucket, known = context.s3, context.artifacts_bucket, {}
    for entry in list_objects(s3, bucket, "releases/"):
        if entry["Key"].endswith("/manifest.json"):
            manifest = Manifest(**json.load(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"]))
            known[manifest.version] = manifest
    return known


def save(context: CommandContext, manifest: Manifest) -> None:
    """Write a manifest."""
    context.s3.put_object(
        Bucket=context.artifacts_bucket,
        Key=f"releases/{manifest.version}/manifest.json",
        Body=json.dumps(vars(manifest), indent=2).encode(),
        ContentType="application/json",
    )


def previous_version(known: Mapping[str, Manifest], alias: str, current: str) -> str | None:
    """Return the version that an alias ran before its current one and was not rolled back from."""
    earlier = {
        version: manifest.promoted[alias][-1]
        for version, manifest in known.items()
        if version != current and manifest.promoted.get(alias) and alias not in manifest.rolled_back
    }
    return max(earlier, key=lambda version: earlier[version], default=None)


def rolled_back_versions(known: Mapping[str, Manifest], alias: str, current: str) -> list[str]:
    """Return the versions that were rolled back to the current one, unless that was promoted again since."""
    return [
        version
        for version, manifest in known.items()
        if manifest.rolled_back.get(alias) == current
        and len(_promotions_after(known[current], manifest, alias)) <= 1  # the rollback itself
    ]


def record_rollback(context: CommandContext, alias: str, bad: Manifest, good: Manifest) -> None:
    """Record a rollback whose command was interrupted before it did so."""
    if not _promotions_after(good, bad, alias):
        good.record_promotion(alias)
        save(context, good)


def _promotions_after(manifest: Manifest, other: Manifest, alias: str) -> list[str]:
    """Return the times at which an alias was moved to a version after its last move to another."""
    last = max(other.promoted.get(alias, []), default="")
    return [time for time in manifest.promoted.get(alias, []) if time > last]

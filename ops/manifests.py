"""The version that each alias runs, as Lambda tells, and the manifest of each promoted version in S3."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import boto3

from ops.stack_outputs import StackOutputs

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Stage = Literal["staging", "prod"]
PREVIOUS_STAGE: Mapping[str, str] = {"staging": "dev", "prod": "staging"}


@dataclass
class Manifest:
    """The record of one version, a JSON document in the artifacts bucket.

    Attributes:
        version: Lambda's number.
        semver: the project's version of that code.
        code_sha256: of the deployed archive, in base64 as Lambda gives it.
        code_key: where the archive lies in the artifacts bucket.
        git_commit: the commit whose `lambda_src/` is that code; None when the checkout holds other code.
        layers: the ARNs of the layers.
        gate: the verdict's status; `forced` when the version was promoted although it failed.
        promoted: alias → when it was moved to this version, ISO 8601 in UTC.
        rolled_back: alias → the version that it went back to from this one.
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

    def record_promotion(self, alias: str) -> None:
        """Record that an alias was moved to this version now."""
        self.promoted.setdefault(alias, []).append(datetime.now(UTC).isoformat(timespec="seconds"))
        self.rolled_back.pop(alias, None)


def current_versions(outputs: StackOutputs) -> dict[str, str]:
    """Return alias → version."""
    pages = boto3.client("lambda").get_paginator("list_aliases").paginate(FunctionName=outputs.function)
    return {alias["Name"]: alias["FunctionVersion"] for page in pages for alias in page["Aliases"]}


def load_manifests(s3: "S3Client", outputs: StackOutputs) -> dict[str, Manifest]:
    """Return version → manifest of all versions that were ever promoted."""
    found: dict[str, Manifest] = {}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=outputs.artifacts_bucket, Prefix="releases/")
    for entry in (entry for page in pages for entry in page.get("Contents", [])):
        if entry["Key"].endswith("/manifest.json"):
            manifest = Manifest(**_read(s3, outputs, entry["Key"]))
            found[manifest.version] = manifest
    return found


def save(s3: "S3Client", outputs: StackOutputs, manifest: Manifest) -> None:
    """Write a manifest."""
    s3.put_object(
        Bucket=outputs.artifacts_bucket,
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


def record_rollback(s3: "S3Client", outputs: StackOutputs, alias: str, bad: Manifest, good: Manifest) -> None:
    """Record a rollback whose command was interrupted before it could."""
    if not _promotions_after(good, bad, alias):
        good.record_promotion(alias)
        save(s3, outputs, good)


def _promotions_after(manifest: Manifest, other: Manifest, alias: str) -> list[str]:
    """Return the times at which an alias was moved to a version after its last move to another."""
    last = max(other.promoted.get(alias, []), default="")
    return [time for time in manifest.promoted.get(alias, []) if time > last]


def _read(s3: "S3Client", outputs: StackOutputs, key: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        s3.get_object(Bucket=outputs.artifacts_bucket, Key=key)["Body"].read()
    )
    return content

"""Which version of the function each alias runs, as Lambda says, and what is known of each version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import boto3

from ops.deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Stage = Literal["staging", "prod"]
BEFORE: Mapping[str, str] = {"staging": "dev", "prod": "staging"}


@dataclass
class Manifest:
    """What is on record of one version, kept as JSON in the artifacts bucket.

    Attributes:
        version: Lambda's number.
        semver: the project's version of that code.
        code_sha256: of the deployed archive, in base64 as Lambda gives it.
        code_key: where the archive lies in the artifacts bucket.
        git_commit: the commit whose `lambda_src/` is that code; None when it is not that of the checkout.
        layers: the ARNs of the layers.
        gate: the verdict's status, and `forced` when it was overruled.
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

    def note_promotion(self, alias: str) -> None:
        """Remember that an alias was moved here now."""
        self.promoted.setdefault(alias, []).append(datetime.now(UTC).isoformat(timespec="seconds"))
        self.rolled_back.pop(alias, None)


def aliases(deployment: Deployment) -> dict[str, str]:
    """Return alias → version."""
    pages = boto3.client("lambda").get_paginator("list_aliases").paginate(FunctionName=deployment.function)
    return {alias["Name"]: alias["FunctionVersion"] for page in pages for alias in page["Aliases"]}


def manifests(s3: "S3Client", deployment: Deployment) -> dict[str, Manifest]:
    """Return version → manifest, for all versions that were ever promoted."""
    found: dict[str, Manifest] = {}
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=deployment.artifacts_bucket, Prefix="releases/"
    )
    for entry in (entry for page in pages for entry in page.get("Contents", [])):
        if entry["Key"].endswith("/manifest.json"):
            manifest = Manifest(**_read(s3, deployment, entry["Key"]))
            found[manifest.version] = manifest
    return found


def keep(s3: "S3Client", deployment: Deployment, manifest: Manifest) -> None:
    """Write a manifest."""
    s3.put_object(
        Bucket=deployment.artifacts_bucket,
        Key=f"releases/{manifest.version}/manifest.json",
        Body=json.dumps(vars(manifest), indent=2).encode(),
        ContentType="application/json",
    )


def run_before(known: Mapping[str, Manifest], alias: str, current: str) -> str | None:
    """Return the version that an alias ran before its current one and was not taken back from."""
    earlier = {
        version: manifest.promoted[alias][-1]
        for version, manifest in known.items()
        if version != current and manifest.promoted.get(alias) and alias not in manifest.rolled_back
    }
    return max(earlier, key=lambda version: earlier[version], default=None)


def taken_back(known: Mapping[str, Manifest], alias: str, current: str) -> list[str]:
    """Return the versions from which an alias went back to its current one, which was not promoted since."""
    return [
        version
        for version, manifest in known.items()
        if manifest.rolled_back.get(alias) == current
        and len(_promotions_after(known[current], manifest, alias)) <= 1  # going back is one itself
    ]


def note_going_back(
    s3: "S3Client", deployment: Deployment, alias: str, bad: Manifest, good: Manifest
) -> None:
    """Put the move on record if the command that made it was interrupted before it could."""
    if not _promotions_after(good, bad, alias):
        good.note_promotion(alias)
        keep(s3, deployment, good)


def _promotions_after(manifest: Manifest, other: Manifest, alias: str) -> list[str]:
    """Return when an alias was moved to a version after it was last moved to another."""
    last = max(other.promoted.get(alias, []), default="")
    return [moment for moment in manifest.promoted.get(alias, []) if moment > last]


def _read(s3: "S3Client", deployment: Deployment, key: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        s3.get_object(Bucket=deployment.artifacts_bucket, Key=key)["Body"].read()
    )
    return content

"""Reads the version that each alias runs, and the manifest of each promoted version in S3."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
        promoted: alias → when it was moved to this version, ISO 8601 in UTC; only of releases from before
            there were events, as `rolled_back`.
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


def describe_figures(figures: Mapping[str, Any]) -> str:
    """Return the figures of retrieval as words."""
    return f"recall {figures['recall']:.2f}, nDCG {figures['ndcg']:.2f}"


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

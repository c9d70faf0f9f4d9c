"""Leaves a file that is too large for its tier to a larger one."""

import hashlib
import json
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.exceptions import ClientError

from tastetrend_etl.limits import TIERS
from tastetrend_etl.load import FUNCTION_VERSION
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_download import head_object
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MANIFEST_SUFFIX = ".manifest.jsonl"
"""The end of the key of a manifest, which names the files of one delivery, a key on each line."""

Action = Literal["processed", "rejected", "skipped", "handed_over", "too_large_here"]
"""The result for a raw object. `too_large_here`: the batch that asked has to send it to the next tier."""


def fits_larger_tier(source: SourceObject, settings: Settings) -> bool:
    """Return whether a larger tier may process what is too large for this one; its rows are not known."""
    return settings.hands_over and source.size <= TIERS[settings.largest_tier].max_bytes


def pass_on(
    source: SourceObject, event: ObjectEvent, s3: "S3Client", settings: Settings, version: str
) -> tuple[Action, str]:
    """Start the batch machine on a file, or tell the running one; return what was done, and the reason.

    `version` is that of the code: what it has rejected in a larger tier is not sent there again.
    """
    error = head_object(s3, settings.processed_bucket, output_keys(source).error)
    if error and error["Metadata"].get(FUNCTION_VERSION) == version and not event.reprocess:
        return "skipped", "already_rejected"
    if not _may_start(event, settings):
        return "too_large_here", "too_large"
    _start_execution(settings.batch_arn, {"key": source.key, "reprocess": event.reprocess})
    return "handed_over", "too_large"


def start_batch(manifest: SourceObject, event: ObjectEvent, settings: Settings) -> tuple[Action, str]:
    """Start a batch over the files that a manifest names, once for each version of the manifest."""
    if not _may_start(event, settings):
        return "skipped", "manifest"
    name = {} if event.reprocess else {"name": execution_name(manifest)}
    try:
        _start_execution(settings.batch_arn, {"manifest": manifest.key, "reprocess": event.reprocess}, **name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
        return "skipped", "already_started"
    return "handed_over", "manifest"


def execution_name(manifest: SourceObject) -> str:
    """Return the name of the batch that a version of a manifest starts."""
    return "manifest-" + hashlib.sha256(f"{manifest.key}/{manifest.version_id}".encode()).hexdigest()[:32]


def _may_start(event: ObjectEvent, settings: Settings) -> bool:
    """Return whether to start the machine: only the small tier may, and not when a batch has invoked it."""
    return event.hand_over and bool(settings.batch_arn)


def _start_execution(machine: str, execution_input: dict[str, str | bool], **name: str) -> None:
    """Start an execution; without a name, which could be used once in 90 days, for a file.

    Two executions on the same file are as harmless as two events. The client is made when it is needed, which
    is seldom.
    """
    client = boto3.client("stepfunctions")
    client.start_execution(stateMachineArn=machine, input=json.dumps(execution_input), **name)

"""Parses events of every accepted shape into object events."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

from tastetrend_etl.errors import InvalidEventError
from tastetrend_etl.limits import MAX_KEY_BYTES

ACCEPTED = (
    "an S3 notification ({'Records': [{'s3': …}]}), EventBridge's 'Object Created', either of them inside "
    "SQS or SNS, or {'key': …} with an optional 'bucket', 'reprocess' and 'hand_over'"
)
_KNOWN_MAJOR_VERSION = "2"  # S3 raises it with an incompatible change
_SEQUENCER = re.compile(r"[0-9A-Za-z]{0,64}")
# Errors of parsing any JSON value; RecursionError by brackets nested thousands deep.
_PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True)
class ObjectEvent:
    """One object in an event; its newest version is processed, whichever the event is about.

    Attributes:
        bucket: None, when the event names none, means the raw bucket.
        key: URL-decoded.
        created: False for other events (deleted, restored, …).
        sequencer: S3's order of events on the key, for audit only.
        reprocess: process a version that is processed already.
        hand_over: a file that is too large for this function starts the batch machine.
        message_id: of the SQS message, so that only this message is delivered again; empty without SQS.
    """

    bucket: str | None
    key: str
    created: bool = True
    sequencer: str = ""
    reprocess: bool = False
    hand_over: bool = True
    message_id: str = ""

    def __post_init__(self) -> None:
        """Reject what S3 would reject too, so that it is not retried."""
        if not 0 < len(self.key.encode()) <= MAX_KEY_BYTES:
            raise ValueError(f"a key has 1 to {MAX_KEY_BYTES:,} bytes")
        if not _SEQUENCER.fullmatch(self.sequencer):
            raise ValueError("a sequencer has letters and digits only")


def read_event(event: object) -> list[ObjectEvent | InvalidEventError]:
    """Return an object event for each record, or an error for one of no accepted shape.

    Nothing is returned for `s3:TestEvent`.
    """
    records = event.get("Records") if isinstance(event, Mapping) else None
    parts = records if isinstance(records, list) and records else [event]
    return [parsed for part in parts for parsed in _read_part(part)]


def _read_part(part: object) -> list[ObjectEvent | InvalidEventError]:
    try:
        return _objects(part)
    except _PARSE_ERRORS as error:
        what = f"{type(error).__name__}: {error}"
        return [InvalidEventError(f"cannot read the event ({what}); accepted are {ACCEPTED}")]


def _objects(part: object) -> list[ObjectEvent | InvalidEventError]:
    if not isinstance(part, Mapping):
        raise TypeError(f"a JSON {type(part).__name__} is no event")
    if part.get("Event") == "s3:TestEvent":
        return []
    if "s3" in part:
        return [_from_notification(part)]
    if "body" in part:
        return _from_sqs(part)
    if "Sns" in part:
        return read_event(json.loads(part["Sns"]["Message"]))
    if part.get("source") == "aws.s3":
        return [_from_event_bridge(part)]
    return [_from_manual_invocation(part)]


def _from_notification(record: Mapping[str, Any]) -> ObjectEvent:
    entry, version = record["s3"]["object"], record.get("eventVersion", _KNOWN_MAJOR_VERSION)
    if version.split(".")[0] != _KNOWN_MAJOR_VERSION:
        raise ValueError(f"eventVersion {version} is not known")
    return ObjectEvent(
        bucket=record["s3"]["bucket"]["name"],
        key=unquote_plus(entry["key"], errors="strict"),
        created=record.get("eventName", "ObjectCreated:Put").removeprefix("s3:").startswith("ObjectCreated"),
        sequencer=entry.get("sequencer", ""),
    )


def _from_sqs(record: Mapping[str, Any]) -> list[ObjectEvent | InvalidEventError]:
    """Parse an SQS message, whose body may be an SNS envelope."""
    message_id, body = record["messageId"], json.loads(record["body"])
    if isinstance(body, Mapping) and "Message" in body:
        body = json.loads(body["Message"])
    return [
        replace(parsed, message_id=message_id) if isinstance(parsed, ObjectEvent) else parsed
        for parsed in read_event(body)
    ]


def _from_event_bridge(event: Mapping[str, Any]) -> ObjectEvent:
    detail = event["detail"]
    return ObjectEvent(
        bucket=detail["bucket"]["name"],
        key=detail["object"]["key"],
        created=event["detail-type"] == "Object Created",
        sequencer=detail["object"].get("sequencer", ""),
    )


def _from_manual_invocation(event: Mapping[str, Any]) -> ObjectEvent:
    return ObjectEvent(
        event.get("bucket"),
        event["key"],
        reprocess=event.get("reprocess") is True,
        hand_over=event.get("hand_over") is not False,
    )

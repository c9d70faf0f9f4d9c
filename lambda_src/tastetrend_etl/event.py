"""Reads which raw objects an event speaks of, in every shape that may arrive."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

from tastetrend_etl.errors import InvalidEventError

ACCEPTED = (
    "an S3 notification ({'Records': [{'s3': …}]}), EventBridge's 'Object Created', either of them inside "
    "SQS or SNS, or {'key': …} with an optional 'bucket' and 'reprocess'"
)
_KNOWN_MAJOR_VERSION = "2"  # S3 promises that a change which breaks readers raises it


@dataclass(frozen=True)
class ObjectEvent:
    """A hint that a raw object may have to be processed.

    Attributes:
        bucket: its bucket; None when the event names none and means the raw bucket.
        key: its decoded key.
        created: the object came to be; False for events that ask for nothing (deleted, restored, …).
        sequencer: S3's order of events on the key, kept for audit only.
        reprocess: make the outputs anew even though they stand.
        message_id: the SQS message that brought it, so that this one alone is delivered again.
    """

    bucket: str | None
    key: str
    created: bool = True
    sequencer: str = ""
    reprocess: bool = False
    message_id: str = ""


def read_event(event: object) -> list[ObjectEvent]:
    """Return the object events, none for `s3:TestEvent`.

    Raises:
        InvalidEventError: the event is of no accepted shape.
    """
    try:
        return list(_objects(event))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidEventError(
            f"cannot read the event ({type(error).__name__}: {error}); accepted are {ACCEPTED}"
        ) from error


def _objects(event: object) -> Iterator[ObjectEvent]:
    if not isinstance(event, Mapping):
        raise TypeError(f"a JSON {type(event).__name__} is no event")
    if event.get("Event") == "s3:TestEvent":
        return
    if "Records" in event:
        if not event["Records"]:
            raise ValueError("it holds no records")
        for record in event["Records"]:
            yield from _from_record(record)
    elif event.get("source") == "aws.s3":
        yield _from_event_bridge(event)
    else:
        yield _from_person(event)


def _from_record(record: Mapping[str, Any]) -> Iterator[ObjectEvent]:
    if "s3" in record:
        yield _from_notification(record)
    elif "body" in record:  # SQS, which may itself carry an SNS envelope
        body = json.loads(record["body"])
        for found in _objects(json.loads(body["Message"]) if "Message" in body else body):
            yield replace(found, message_id=record["messageId"])
    else:  # SNS
        yield from _objects(json.loads(record["Sns"]["Message"]))


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


def _from_event_bridge(event: Mapping[str, Any]) -> ObjectEvent:
    detail = event["detail"]
    return ObjectEvent(
        bucket=detail["bucket"]["name"],
        key=detail["object"]["key"],
        created=event["detail-type"] == "Object Created",
        sequencer=detail["object"].get("sequencer", ""),
    )


def _from_person(event: Mapping[str, Any]) -> ObjectEvent:
    if not isinstance(event["key"], str) or not event["key"]:
        raise ValueError("'key' is no text")
    return ObjectEvent(event.get("bucket"), event["key"], reprocess=event.get("reprocess") is True)

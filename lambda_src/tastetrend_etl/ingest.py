"""Takes one raw object to its committed outputs; every way in (event, replay, batch) comes through here."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tastetrend_etl import extract, load
from tastetrend_etl.account.report import error_report
from tastetrend_etl.account.tally import RowBalance
from tastetrend_etl.budget import MAX_FILE_BYTES
from tastetrend_etl.errors import ContentionError, InvalidEventError, RefusedError
from tastetrend_etl.event import ObjectEvent
from tastetrend_etl.keys import MAX_RAW_KEY_BYTES, dataset_key, fits, looks_like_output, output_keys
from tastetrend_etl.pipeline import Outcome, process
from tastetrend_etl.records import SourceObject
from tastetrend_etl.settings import Settings
from tastetrend_etl.staging import staging_area

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ATTEMPTS = 5
_SOURCE_VERSION = "source-version-id"

Action = Literal["processed", "refused", "skipped"]


@dataclass(frozen=True)
class Surroundings:
    """What an invocation works with.

    Attributes:
        s3: the client.
        settings: the buckets.
        version: the version of the code, as Lambda names it.
        check_time: raises when there is no time left.
    """

    s3: "S3Client"
    settings: Settings
    version: str
    check_time: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Ingested:
    """What was done about one object event; `reason` says why nothing was written."""

    key: str
    action: Action
    reason: str = ""
    balance: RowBalance | None = None
    status: str = ""
    failed_checks: int = 0


def ingest(event: ObjectEvent, around: Surroundings) -> Ingested:
    """Process the object's newest version; the event is only a hint that there may be one.

    Raises:
        InvalidEventError: the event points to another bucket than the raw one.
        ContentionError: other invocations kept changing the same output.
    """
    if event.bucket == around.settings.artifacts_bucket:
        around = replace(around, settings=around.settings.rehearsal())
    if event.bucket not in (None, around.settings.raw_bucket):
        raise InvalidEventError(
            f"the event speaks of another bucket than {around.settings.raw_bucket}; nothing was read"
        )
    if not event.created:
        return Ingested(event.key, "skipped", "not_created")
    for _ in range(_ATTEMPTS - 1):
        with suppress(ContentionError):
            return _attempt(event, around)
    return _attempt(event, around)


def _attempt(event: ObjectEvent, around: Surroundings) -> Ingested:
    """Look at what stands before looking at what came, so that a newer result is never overwritten."""
    s3, settings = around.s3, around.settings
    around.check_time()
    stands = load.standing(s3, settings.processed_bucket, dataset_key(event.key)) if fits(event.key) else None
    source = extract.describe(s3, settings.raw_bucket, event.key)
    if source is None:
        return Ingested(event.key, "skipped", "gone")
    if source.key.endswith("/") and not source.size:
        return Ingested(event.key, "skipped", "folder_marker")
    if stands and stands.metadata.get(_SOURCE_VERSION) == source.version_id and not event.reprocess:
        return Ingested(event.key, "skipped", "already_processed")
    metadata = _metadata(source, event, around)
    try:
        _refuse_unread(source)
        with staging_area() as area:
            outcome = _transform(source, area, around)
            _commit(source, outcome, stands, metadata, around)
    except RefusedError as error:
        report = error_report(source, around.version, error)
        load.put_report(s3, settings.processed_bucket, output_keys(source).error, report, metadata)
        return Ingested(event.key, "refused", error.reason)
    return Ingested(event.key, "processed", "", outcome.balance, outcome.status, outcome.failed_checks)


def _refuse_unread(source: SourceObject) -> None:
    """Refuse what need not be downloaded to be known as wrong."""
    if not fits(source.key):
        raise RefusedError(
            "key_too_long",
            f"the key has more than {MAX_RAW_KEY_BYTES} bytes, so that S3 would not take its outputs' keys; "
            "upload the file under a shorter one",
        )
    if looks_like_output(source.key):
        raise RefusedError(
            "looks_like_output",
            "the key is that of an output of this pipeline; upload raw review files under other names",
        )
    if source.size > MAX_FILE_BYTES:
        raise RefusedError(
            "too_large",
            f"the file has {source.size:,} bytes, more than {MAX_FILE_BYTES:,}; split it and send the parts",
        )


def _transform(source: SourceObject, area: Path, around: Surroundings) -> Outcome:
    staged, work = area / "raw", area / "work"
    work.mkdir()
    extract.stage(around.s3, source, staged)
    return process(
        source,
        staged,
        work,
        version=around.version,
        limit=MAX_FILE_BYTES,
        check_time=around.check_time,
    )


def _commit(
    source: SourceObject,
    outcome: Outcome,
    replaces: load.Standing | None,
    metadata: load.Metadata,
    around: Surroundings,
) -> None:
    """Write the dataset last: where it stands, everything that belongs to it does."""
    s3, bucket, keys = around.s3, around.settings.processed_bucket, output_keys(source)
    around.check_time()
    if outcome.rejected:
        load.put_rejected(s3, bucket, keys.rejected, outcome.rejected, metadata)
    if outcome.bias:
        load.put_report(s3, bucket, keys.bias, outcome.bias, metadata)
    load.put_report(s3, bucket, keys.validation, outcome.validation, metadata)
    load.put_dataset(s3, bucket, keys.dataset, outcome.dataset, metadata, replaces)


def _metadata(source: SourceObject, event: ObjectEvent, around: Surroundings) -> load.Metadata:
    return {
        _SOURCE_VERSION: source.version_id,
        "source-etag": source.etag,
        "function-version": around.version,
        "event-sequencer": event.sequencer,
    }

"""Takes one raw object to its committed outputs; every way in (event, replay, batch) comes through here."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tastetrend_etl import extract, load
from tastetrend_etl.budget import MAX_FILE_BYTES
from tastetrend_etl.errors import ConcurrentWriteError, InvalidEventError, RejectedFileError
from tastetrend_etl.extract import RawObject
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import (
    MAX_RAW_KEY_BYTES,
    dataset_key,
    fits_s3_limit,
    looks_like_output,
    output_keys,
)
from tastetrend_etl.pipeline import Outcome, process
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tastetrend_etl.staging import staging_area
from tastetrend_etl.validate.profile import RowBalance
from tastetrend_etl.validate.report import error_report

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ATTEMPTS = 5
SIDE_OBJECTS = 3
"""How many objects are written beside a dataset: rejected rows, bias report, validation report."""
_SOURCE_VERSION = "source-version-id"

Action = Literal["processed", "refused", "skipped"]


@dataclass(frozen=True)
class RunContext:
    """What an invocation works with.

    Attributes:
        s3: the client.
        settings: the buckets.
        version: the version of the code, as Lambda names it.
        executor: runs the writes of side objects; with one that runs a call at once, requests go one by one.
        check_time: raises when there is no time left.
    """

    s3: "S3Client"
    settings: Settings
    version: str
    executor: Executor
    check_time: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class IngestResult:
    """What was done about one object event; `reason` says why nothing was written."""

    key: str
    action: Action
    reason: str = ""
    balance: RowBalance | None = None
    status: str = ""
    failed_checks: int = 0


def ingest(event: ObjectEvent, context: RunContext) -> IngestResult:
    """Process the object's newest version; the event is only a hint that there may be one.

    Raises:
        InvalidEventError: the event points to another bucket than the raw one.
        ConcurrentWriteError: other invocations kept changing the same output.
    """
    if event.bucket == context.settings.artifacts_bucket:
        context = replace(context, settings=context.settings.gate_run())
    if event.bucket not in (None, context.settings.raw_bucket):
        raise InvalidEventError(
            f"the event speaks of another bucket than {context.settings.raw_bucket}; nothing was read"
        )
    if not event.created:
        return IngestResult(event.key, "skipped", "not_created")
    for _ in range(_ATTEMPTS - 1):
        with suppress(ConcurrentWriteError):
            return _ingest_once(event, context)
    return _ingest_once(event, context)


def _ingest_once(event: ObjectEvent, context: RunContext) -> IngestResult:
    """HEAD the output before the input is read, so that a newer result is never overwritten."""
    s3, settings = context.s3, context.settings
    context.check_time()
    current = _current_dataset(event.key, context)
    with extract.open_current_version(s3, settings.raw_bucket, event.key) as raw:
        if raw is None:
            return IngestResult(event.key, "skipped", "gone")
        if reason := _reason_to_skip(raw.source, current, event):
            return IngestResult(event.key, "skipped", reason)
        return _process_or_reject(raw, current, event, context)


def _current_dataset(raw_key: str, context: RunContext) -> load.ObjectHead | None:
    if not fits_s3_limit(raw_key):
        return None
    return load.head_object(context.s3, context.settings.processed_bucket, dataset_key(raw_key))


def _reason_to_skip(source: SourceObject, current: load.ObjectHead | None, event: ObjectEvent) -> str:
    if source.key.endswith("/") and not source.size:
        return "folder_marker"
    made_of = current.metadata.get(_SOURCE_VERSION) if current else None
    return "already_processed" if made_of == source.version_id and not event.reprocess else ""


def _process_or_reject(
    raw: RawObject, current: load.ObjectHead | None, event: ObjectEvent, context: RunContext
) -> IngestResult:
    source, bucket = raw.source, context.settings.processed_bucket
    metadata = _metadata(source, event, context)
    try:
        _reject_before_download(source)
        with staging_area() as area:
            outcome = _transform(raw, area, context)
            _commit(source, outcome, current, metadata, context)
    except RejectedFileError as error:
        report = error_report(source, context.version, error)
        load.put_report(context.s3, bucket, output_keys(source).error, report, metadata)
        return IngestResult(event.key, "refused", error.reason)
    return IngestResult(event.key, "processed", "", outcome.balance, outcome.status, outcome.failed_checks)


def _reject_before_download(source: SourceObject) -> None:
    """Refuse what need not be downloaded to be known as wrong."""
    if not fits_s3_limit(source.key):
        raise RejectedFileError(
            "key_too_long",
            f"the key has more than {MAX_RAW_KEY_BYTES} bytes, so that S3 would not take its outputs' keys; "
            "upload the file under a shorter one",
        )
    if looks_like_output(source.key):
        raise RejectedFileError(
            "looks_like_output",
            "the key is that of an output of this pipeline; upload raw review files under other names",
        )
    if source.size > MAX_FILE_BYTES:
        raise RejectedFileError(
            "too_large",
            f"the file has {source.size:,} bytes, more than {MAX_FILE_BYTES:,}; split it and send the parts",
        )


def _transform(raw: RawObject, area: Path, context: RunContext) -> Outcome:
    downloaded, work = area / "raw", area / "work"
    work.mkdir()
    extract.download(context.s3, raw, downloaded)
    version, check_time = context.version, context.check_time
    return process(
        raw.source, downloaded, work, version=version, max_bytes=MAX_FILE_BYTES, check_time=check_time
    )


def _commit(
    source: SourceObject,
    outcome: Outcome,
    current: load.ObjectHead | None,
    metadata: load.Metadata,
    context: RunContext,
) -> None:
    """Write the dataset last: where it is, everything that belongs to it is."""
    s3, bucket, keys = context.s3, context.settings.processed_bucket, output_keys(source)
    put_report = partial(load.put_report, s3, bucket, metadata=metadata)
    writes = [partial(put_report, keys.validation, outcome.validation)]
    if outcome.rejected:
        writes.append(partial(load.put_rejected, s3, bucket, keys.rejected, outcome.rejected, metadata))
    if outcome.bias:
        writes.append(partial(put_report, keys.bias, outcome.bias))
    context.check_time()
    _run_all(context.executor, writes)
    load.put_dataset(s3, bucket, keys.dataset, outcome.dataset, metadata, current)


def _run_all(executor: Executor, calls: Iterable[Callable[[], None]]) -> None:
    """Run all calls, and raise the first error only when none runs any more."""
    futures = [executor.submit(call) for call in calls]
    wait(futures)
    for future in futures:
        future.result()


def _metadata(source: SourceObject, event: ObjectEvent, context: RunContext) -> load.Metadata:
    return {
        _SOURCE_VERSION: source.version_id,
        "source-etag": source.etag,
        "function-version": context.version,
        "event-sequencer": event.sequencer,
    }

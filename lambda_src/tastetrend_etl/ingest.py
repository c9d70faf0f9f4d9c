"""Processes one raw object: from an event, a replay or a manual invocation."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tastetrend_etl import load, s3_download
from tastetrend_etl.errors import ConcurrentWriteError, InvalidEventError, RejectedFileError
from tastetrend_etl.limits import MAX_FILE_BYTES, Status
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import (
    MAX_RAW_KEY_BYTES,
    dataset_key,
    fits_s3_limit,
    looks_like_output,
    output_keys,
)
from tastetrend_etl.pipeline import Outcome, process
from tastetrend_etl.s3_download import RawObject, head_object
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tastetrend_etl.temp_workspace import temp_workspace
from tastetrend_etl.validate.profile import RowBalance
from tastetrend_etl.validate.report import error_report

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef as ObjectHead

_ATTEMPTS = 5
SIDE_OBJECTS = 3
"""The most objects written beside a dataset: validation report, rejected rows, bias report."""

Action = Literal["processed", "refused", "skipped"]


@dataclass(frozen=True)
class RunContext:
    """The context of an invocation.

    Attributes:
        version: the function's version.
        executor: runs the writes of side objects.
        check_time: raises `OutOfTimeError` when too little time remains.
    """

    s3: "S3Client"
    settings: Settings
    version: str
    executor: Executor
    check_time: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class IngestResult:
    """The result for one object event; `reason` tells why no dataset was written."""

    key: str
    action: Action
    reason: str = ""
    balance: RowBalance | None = None
    status: Status | Literal[""] = ""
    failed_checks: int = 0


def ingest(event: ObjectEvent, context: RunContext) -> IngestResult:
    """Process the object's newest version; the event is only a hint that there may be one.

    Raises:
        InvalidEventError: the event names another bucket than the raw one.
        ConcurrentWriteError: other invocations changed the same output at every attempt.
    """
    if event.bucket == context.settings.artifacts_bucket:
        context = replace(context, settings=context.settings.gate_run())
    if event.bucket not in (None, context.settings.raw_bucket):
        raise InvalidEventError(
            f"the event names another bucket than {context.settings.raw_bucket}; nothing was read"
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
    key = dataset_key(event.key)
    current = head_object(s3, settings.processed_bucket, key) if fits_s3_limit(event.key) else None
    with s3_download.open_current_version(s3, settings.raw_bucket, event.key) as raw:
        if raw is None:
            return IngestResult(event.key, "skipped", "gone")
        if reason := _reason_to_skip(raw.source, current, event):
            return IngestResult(event.key, "skipped", reason)
        return _process_or_reject(raw, current, event, context)


def _reason_to_skip(source: SourceObject, current: "ObjectHead | None", event: ObjectEvent) -> str:
    if source.key.endswith("/") and not source.size:
        return "folder_marker"
    processed_version = current["Metadata"].get(load.SOURCE_VERSION) if current else None
    return "already_processed" if processed_version == source.version_id and not event.reprocess else ""


def _process_or_reject(
    raw: RawObject, current: "ObjectHead | None", event: ObjectEvent, context: RunContext
) -> IngestResult:
    keys, metadata = output_keys(raw.source), load.metadata_of(raw.source, context.version, event.sequencer)
    bucket = context.settings.processed_bucket
    put_if_changed = partial(load.put_if_changed, context.s3, bucket, metadata=metadata)
    try:
        _reject_before_download(raw.source)
        with temp_workspace() as folder:
            outcome = _transform(raw, folder, context)
            *side_objects, (key, _) = load.outputs_in_commit_order(outcome, keys)
            context.check_time()
            _run_all(context.executor, [partial(put_if_changed, *output) for output in side_objects])
            load.put_dataset(context.s3, bucket, key, outcome.dataset, metadata, current)
    except RejectedFileError as error:
        put_if_changed(keys.error, error_report(raw.source, context.version, error))
        return IngestResult(event.key, "refused", error.reason)
    return IngestResult(event.key, "processed", "", outcome.balance, outcome.status, outcome.failed_checks)


def _reject_before_download(source: SourceObject) -> None:
    """Reject a file for what is known of it without its content."""
    if not fits_s3_limit(source.key):
        raise RejectedFileError(
            "key_too_long",
            f"the key has more than {MAX_RAW_KEY_BYTES} bytes, its outputs' keys would be too long for S3; "
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


def _transform(raw: RawObject, folder: Path, context: RunContext) -> Outcome:
    downloaded, work = folder / "raw", folder / "work"
    work.mkdir()
    s3_download.download(context.s3, raw, downloaded)
    version, check_time = context.version, context.check_time
    return process(
        raw.source, downloaded, work, version=version, max_bytes=MAX_FILE_BYTES, check_time=check_time
    )


def _run_all(executor: Executor, calls: Iterable[Callable[[], None]]) -> None:
    """Run all calls; raise the first error only after the last call has ended."""
    futures = [executor.submit(call) for call in calls]
    wait(futures)
    for future in futures:
        future.result()

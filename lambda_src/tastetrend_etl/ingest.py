"""Processes one raw object: from an event, a replay or a manual invocation."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from tastetrend_etl import load, s3_download
from tastetrend_etl.commit import CurrentObjects, commit, commit_rejection, delete_others
from tastetrend_etl.errors import ConcurrentWriteError, InvalidEventError, RejectedFileError, TooLargeError
from tastetrend_etl.hand_over import MANIFEST_SUFFIX, Action, fits_larger_tier, pass_on, start_batch
from tastetrend_etl.limits import TIERS, Status
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import check_raw_key, curated_keys, dataset_keys, fits_s3_limit, output_keys
from tastetrend_etl.pipeline import Outcome, process
from tastetrend_etl.run_context import RunContext
from tastetrend_etl.s3_download import RawObject, head_object
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tastetrend_etl.temp_workspace import temp_workspace
from tastetrend_etl.validate.profile import RowBalance
from tastetrend_etl.validate.report import error_report

_ATTEMPTS = 5


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
    """HEAD the outputs before the input is read, so that a newer result is never overwritten.

    Whatever is there by then is of this version of the input or of an older one.
    """
    context.check_time()
    keys = _committed_keys(event.key, context.settings)
    current = _head_all(keys, context)
    with s3_download.open_current_version(context.s3, context.settings.raw_bucket, event.key) as raw:
        if raw is None:
            return IngestResult(event.key, "skipped", "gone")
        if event.key.endswith("/") and not raw.source.size:
            return IngestResult(event.key, "skipped", "folder_marker")
        if event.key.endswith(MANIFEST_SUFFIX) and context.settings.hands_over:
            return IngestResult(event.key, *start_batch(raw.source, event, context.settings))
        processed = _keys_of_version(raw.source.version_id, current)
        if processed in keys and not event.reprocess:
            delete_others({key: head for key, head in current.items() if head}, processed, context)
            return IngestResult(event.key, "skipped", "already_processed")
        return _process_or_reject(raw, current, event, context)


def _committed_keys(raw_key: str, settings: Settings) -> list[set[str]]:
    """Return for each kind the keys of the dataset and of its curated part, which gate runs do not write."""
    if not fits_s3_limit(raw_key):
        return []
    datasets, parts = dataset_keys(raw_key), curated_keys(raw_key)
    return [{datasets[kind]} if settings.is_gate_run else {datasets[kind], parts[kind]} for kind in datasets]


def _head_all(keys: Iterable[set[str]], context: RunContext) -> CurrentObjects:
    every = sorted(chain(*keys))
    head = partial(head_object, context.s3, context.settings.processed_bucket)
    return dict(zip(every, context.executor.map(head, every), strict=True))


def _keys_of_version(version: str, current: CurrentObjects) -> set[str]:
    return {
        key for key, head in current.items() if head and head["Metadata"].get(load.SOURCE_VERSION) == version
    }


def _process_or_reject(
    raw: RawObject, current: CurrentObjects, event: ObjectEvent, context: RunContext
) -> IngestResult:
    metadata = load.metadata_of(raw.source, context.version, event.sequencer)
    try:
        _reject_before_download(raw.source, context.settings)
        with temp_workspace() as folder:
            outcome = _transform(raw, folder, context)
            commit(outcome, current, metadata, context)
    except RejectedFileError as error:
        if isinstance(error, TooLargeError) and fits_larger_tier(raw.source, context.settings):
            return IngestResult(
                event.key, *pass_on(raw.source, event, context.s3, context.settings, context.version)
            )
        keys = output_keys(raw.source)
        report = error_report(raw.source, context.version, error, keys)
        has_dataset = bool(_keys_of_version(raw.source.version_id, current))
        commit_rejection(keys, report, metadata, context, has_dataset=has_dataset)
        return IngestResult(event.key, "rejected", error.reason)
    return IngestResult(event.key, "processed", "", outcome.balance, outcome.status, outcome.failed_checks)


def _reject_before_download(source: SourceObject, settings: Settings) -> None:
    """Reject a file for what is known of it without its content."""
    check_raw_key(source.key)
    for limit in (TIERS[settings.largest_tier].max_bytes, TIERS[settings.tier].max_bytes):
        if source.size > limit:
            message = f"the file has {source.size:,} bytes, more than {limit:,}; split it and send the parts"
            raise TooLargeError("too_large", message)


def _transform(raw: RawObject, folder: Path, context: RunContext) -> Outcome:
    downloaded, work = folder / "raw", folder / "work"
    work.mkdir()
    s3_download.download(context.s3, raw, downloaded)
    version, check_time = context.version, context.check_time
    tier = TIERS[context.settings.tier]
    return process(raw.source, downloaded, work, version=version, tier=tier, check_time=check_time)

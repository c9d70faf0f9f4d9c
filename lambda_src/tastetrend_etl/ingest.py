"""Processes one raw object: from an event, a replay or a manual invocation."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from tastetrend_etl import load, s3_download
from tastetrend_etl.errors import ConcurrentWriteError, InvalidEventError, RejectedFileError, TooLargeError
from tastetrend_etl.hand_over import MANIFEST_SUFFIX, Action, fits_large_tier, pass_on, start_batch
from tastetrend_etl.limits import TIERS, Status, Tier
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import check_raw_key, dataset_keys, fits_s3_limit, output_keys
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

Datasets: TypeAlias = "Mapping[str, ObjectHead | None]"
"""What is under each key that a raw object's dataset can have."""


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
    """HEAD the outputs before the input is read, so that a newer result is never overwritten.

    Whatever is there by then is of this version of the input or of an older one.
    """
    context.check_time()
    datasets = _head_datasets(event.key, context)
    with s3_download.open_current_version(context.s3, context.settings.raw_bucket, event.key) as raw:
        if raw is None:
            return IngestResult(event.key, "skipped", "gone")
        if event.key.endswith("/") and not raw.source.size:
            return IngestResult(event.key, "skipped", "folder_marker")
        if event.key.endswith(MANIFEST_SUFFIX) and context.settings.hands_over:
            return IngestResult(event.key, *start_batch(raw.source, event, context.settings))
        processed = _keys_of_version(raw.source.version_id, datasets)
        if len(processed) == 1 and not event.reprocess:
            _delete_other({key: head for key, head in datasets.items() if head}, processed[0], context)
            return IngestResult(event.key, "skipped", "already_processed")
        return _process_or_reject(raw, datasets, event, context)


def _head_datasets(raw_key: str, context: RunContext) -> Datasets:
    if not fits_s3_limit(raw_key):
        return {}
    keys = list(dataset_keys(raw_key).values())
    head = partial(head_object, context.s3, context.settings.processed_bucket)
    return dict(zip(keys, context.executor.map(head, keys), strict=True))


def _keys_of_version(version: str, datasets: Datasets) -> list[str]:
    return [
        key for key, head in datasets.items() if head and head["Metadata"].get(load.SOURCE_VERSION) == version
    ]


def _delete_other(datasets: Datasets, own_key: str, context: RunContext) -> None:
    """Delete the dataset of another kind, which an older version of the raw object or of the code wrote."""
    for key, head in datasets.items():
        if key != own_key:
            load.delete_dataset(context.s3, context.settings.processed_bucket, key, head)


def _process_or_reject(
    raw: RawObject, datasets: Datasets, event: ObjectEvent, context: RunContext
) -> IngestResult:
    metadata = load.metadata_of(raw.source, context.version, event.sequencer)
    try:
        _reject_before_download(raw.source, TIERS[context.settings.tier])
        with temp_workspace() as folder:
            outcome = _transform(raw, folder, context)
            _commit(outcome, datasets, metadata, context)
    except RejectedFileError as error:
        if isinstance(error, TooLargeError) and fits_large_tier(raw.source, context.settings):
            return IngestResult(
                event.key, *pass_on(raw.source, event, context.s3, context.settings, context.version)
            )
        key, report = output_keys(raw.source).error, error_report(raw.source, context.version, error)
        load.put_if_changed(context.s3, context.settings.processed_bucket, key, report, metadata)
        return IngestResult(event.key, "rejected", error.reason)
    return IngestResult(event.key, "processed", "", outcome.balance, outcome.status, outcome.failed_checks)


def _commit(outcome: Outcome, datasets: Datasets, metadata: load.Metadata, context: RunContext) -> None:
    """Write the outputs, the dataset last; then leave no dataset of another kind.

    Of two invocations that write different kinds, the later one sees here what the other has written.
    """
    s3, bucket = context.s3, context.settings.processed_bucket
    put_if_changed = partial(load.put_if_changed, s3, bucket, metadata=metadata)
    *side_objects, (own_key, _) = load.outputs_in_commit_order(outcome)
    context.check_time()
    _run_all(context.executor, [partial(put_if_changed, *output) for output in side_objects])
    load.put_dataset(s3, bucket, own_key, outcome.dataset, metadata, datasets[own_key])
    _delete_other(datasets, own_key, context)


def _reject_before_download(source: SourceObject, tier: Tier) -> None:
    """Reject a file for what is known of it without its content."""
    check_raw_key(source.key)
    for limit in (TIERS["large"].max_bytes, tier.max_bytes):
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


def _run_all(executor: Executor, calls: Iterable[Callable[[], None]]) -> None:
    """Run all calls; raise the first error only after the last call has ended."""
    futures = [executor.submit(call) for call in calls]
    wait(futures)
    for future in futures:
        future.result()

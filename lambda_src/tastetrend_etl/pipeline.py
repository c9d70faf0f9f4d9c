"""Runs the steps in their order: one raw file in, one dataset and its reports out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from tastetrend_etl import schema
from tastetrend_etl.errors import RejectedFileError, RowCountMismatchError, TooLargeError
from tastetrend_etl.limits import RAGGED_SHARE, Status, Tier
from tastetrend_etl.models import FormatEvidence, InferredFormat, RawBatch, SourceObject, TransformedBatch
from tastetrend_etl.output_keys import OutputKeys, output_keys
from tastetrend_etl.parquet_writer import count_rows, open_parquet_writer
from tastetrend_etl.parse.csv_arrow import BLOCK_BYTES, IrregularFileError
from tastetrend_etl.parse.raw_file import RawFile, open_raw_file
from tastetrend_etl.rejected_file import open_rejected_file
from tastetrend_etl.sources.config import SOURCES, Source
from tastetrend_etl.transform.deduplicate import Deduplicator
from tastetrend_etl.transform.infer_format import add_evidence, first_evidence, infer_format
from tastetrend_etl.transform.ratings import mixed_scales
from tastetrend_etl.transform.transform_restaurants import transform_restaurants
from tastetrend_etl.transform.transform_reviews import transform_reviews
from tastetrend_etl.validate import profile
from tastetrend_etl.validate.bias import bias_report
from tastetrend_etl.validate.checks import run_checks, worst_status
from tastetrend_etl.validate.profile import FileProfile, RowBalance
from tastetrend_etl.validate.report import FileSummary, Report, ragged_message, validation_report

_ESTIMATE_MARGIN = 1.05  # of the number of rows: the next block may have longer ones
_BROKEN = frozenset({"ragged", "unclosed_quote", "record_too_long", "malformed_json", "not_an_object"})


@dataclass(frozen=True)
class Outcome:
    """Result of processing one raw file, before anything is committed.

    Attributes:
        keys: of the outputs.
        dataset: a parquet file.
        rejected: a parquet file of the rejected and the duplicate rows; None if there are none.
    """

    keys: OutputKeys
    dataset: Path
    rejected: Path | None
    validation: Report
    bias: Report | None
    balance: RowBalance
    status: Status
    failed_checks: int


@dataclass(frozen=True)
class _Run:
    source: SourceObject
    raw: RawFile
    dataset: Path
    tier: Tier
    check_time: Callable[[], None]

    @property
    def reviews(self) -> bool:
        return self.raw.columns.kind == "reviews"

    @property
    def rejected(self) -> Path:
        return self.dataset.with_name("rejected.parquet")


def process(
    source: SourceObject,
    path: Path,
    work: Path,
    *,
    version: str,
    tier: Tier,
    check_time: Callable[[], None] = lambda: None,
    sources: Sequence[Source] = SOURCES,
) -> Outcome:
    """Turn one downloaded raw file into a dataset and its reports.

    Args:
        source: the raw object.
        path: its downloaded file.
        work: an empty folder for the dataset and temporary files.
        version: the version of the code, for the reports.
        tier: limits the size of the file.
        check_time: called between batches; raises when there is no time left.
        sources: the known sources.

    Raises:
        RejectedFileError: the file cannot be processed as data.
        RowCountMismatchError: the counts of rows do not add up.
    """
    raw = open_raw_file(source.key, path, work, tier.max_bytes, check_time, sources)
    run = _Run(source, raw, work / "dataset.parquet", tier, check_time)
    with suppress(IrregularFileError):
        return _outcome(run, _process_with_inferred_format(run), version)
    # Not in an `except`, which would keep in memory what the failed attempt held.
    repaired = replace(run, raw=run.raw.repair())
    return _outcome(repaired, _process_with_inferred_format(repaired), version)


def _process_with_inferred_format(run: _Run) -> FileSummary:
    """Process the file in the format of its first rows; again if the whole file shows another.

    The format needs every row, but the first rows nearly always show it: this saves a pass over the file, and
    the result is that of two passes.
    """
    evidence, rows, batches = _peek_first_batch(run)
    inferred_format = infer_format(evidence, run.raw.columns, run.source)
    summary, evidence = _process_batches(run, inferred_format, rows, batches)
    confirmed = infer_format(evidence, run.raw.columns, run.source, inferred_format)
    if confirmed != inferred_format:
        summary, _ = _process_batches(run, confirmed, rows, run.raw.batches())
    return summary


def _peek_first_batch(run: _Run) -> tuple[FormatEvidence, int, Iterator[RawBatch]]:
    """Return the evidence of the first rows, about how many rows the file has, and all batches."""
    batches = run.raw.batches()
    first = list(islice(batches, 1))
    evidence = first_evidence(first[0].cells, run.raw.columns) if first and run.reviews else FormatEvidence()
    blocks = run.raw.path.stat().st_size / BLOCK_BYTES
    rows = int(first[0].cells.num_rows * blocks * _ESTIMATE_MARGIN) if first and blocks > 1 else 0
    return evidence, rows, chain(iter(first), batches)  # an iterator releases the list and the batch in it


def _process_batches(
    run: _Run, inferred_format: InferredFormat, expected_rows: int, batches: Iterable[RawBatch]
) -> tuple[FileSummary, FormatEvidence]:
    deduplicator, counts, evidence = Deduplicator(expected_rows), FileProfile(), FormatEvidence()
    counts.read += len(run.raw.rejected)
    profile.count_rejected(counts, run.raw.rejected)
    version, contract = run.source.version_id, str(schema.CONTRACT_VERSION)
    footer = {"source_key": run.source.key, "source_version_id": version, "contract_version": contract}
    columns = schema.REVIEWS if run.reviews else schema.RESTAURANTS
    with (
        open_parquet_writer(run.dataset, columns, footer) as writer,
        open_rejected_file(run.rejected, run.raw.rejected) as rejected,
    ):
        for batch in batches:
            run.check_time()
            transformed = _transform_batch(run, batch, inferred_format, deduplicator)
            counts.read += batch.cells.num_rows + len(batch.ragged)
            profile.count_batch(counts, transformed, reviews=run.reviews)
            rejected.reject(transformed.rejected)
            rejected.write(transformed.duplicates, int(batch.source_rows.max(initial=0)))
            evidence = add_evidence(evidence, transformed.evidence)
            writer.write_batch(transformed.batch)
            _reject_if_too_long(counts.read, run.tier.max_rows)
            del batch, transformed  # or they would be in memory beside the next
    counts.written = count_rows(run.dataset)
    counts.mixed_scales = mixed_scales(evidence.rating_scale, inferred_format.rating_scales)
    counts.date_order, counts.delivered_ratings = evidence.date_order, evidence.ratings
    conflicting_ids, raw = deduplicator.conflicting_ids, run.raw
    summary = FileSummary(raw.encoding, raw.dialect, raw.columns, inferred_format, counts, conflicting_ids)
    return summary, evidence


def _transform_batch(
    run: _Run, batch: RawBatch, inferred_format: InferredFormat, deduplicator: Deduplicator
) -> TransformedBatch:
    if run.reviews:
        return transform_reviews(batch, run.raw.columns, inferred_format, deduplicator, run.source.key)
    return transform_restaurants(batch, run.raw.columns, deduplicator, run.source.key)


def _outcome(run: _Run, summary: FileSummary, version: str) -> Outcome:
    _reject_if_ragged(summary)
    balance = summary.profile.balance
    if not balance.is_balanced:
        raise RowCountMismatchError(f"the rows do not add up ({balance}); this is a defect, report it")
    checks = run_checks(summary.profile, summary.columns, conflicting_ids=summary.conflicting_ids)
    status, keys = worst_status(checks), output_keys(run.source, run.raw.columns.kind)
    return Outcome(
        keys=keys,
        dataset=run.dataset,
        rejected=run.rejected if balance.rejected or balance.duplicate else None,
        validation=validation_report(run.source, version, summary, checks, status, keys),
        bias=bias_report(run.source, version, summary.profile) if run.reviews else None,
        balance=balance,
        status=status,
        failed_checks=sum(check.status == "fail" for check in checks),
    )


def _reject_if_too_long(rows: int, limit: int) -> None:
    if rows > limit:
        raise TooLargeError(
            "too_large", f"the file has more than {limit:,} rows; split it and send the parts"
        )


def _reject_if_ragged(summary: FileSummary) -> None:
    rejections = summary.profile.rejections.items()
    broken = sum(rows.count for reason, rows in rejections if reason in _BROKEN)
    if broken > RAGGED_SHARE * summary.profile.read:
        raise RejectedFileError("ragged_file", ragged_message(broken, summary))

"""Knows the order of the stages: one staged file in, one dataset and its account out."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from tastetrend_etl import schema
from tastetrend_etl.errors import RejectedFileError, RowCountMismatchError
from tastetrend_etl.limits import MAX_ROWS, RAGGED_SHARE, Status
from tastetrend_etl.models import (
    FormatEvidence,
    InferredFormat,
    RawBatch,
    RejectedRow,
    SourceObject,
    TransformedBatch,
)
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.parquet_writer import count_rows, open_parquet_writer
from tastetrend_etl.parse.csv_blocks import IrregularFileError
from tastetrend_etl.parse.raw_file import RawFile, open_raw
from tastetrend_etl.parse.rejected_rows import RejectedRows
from tastetrend_etl.transform.deduplicate import Deduplicator
from tastetrend_etl.transform.infer_format import first_evidence, infer_format
from tastetrend_etl.transform.ratings import mixed_scales
from tastetrend_etl.transform.restaurants import transform_restaurants
from tastetrend_etl.transform.reviews import transform_reviews
from tastetrend_etl.validate import profile
from tastetrend_etl.validate.checks import run_checks, worst_status
from tastetrend_etl.validate.profile import FileProfile, RowBalance
from tastetrend_etl.validate.report import FileSummary, Report, bias_report, validation_report

_BROKEN = frozenset({"ragged", "unclosed_quote", "record_too_long", "malformed_json", "not_an_object"})


@dataclass(frozen=True)
class Outcome:
    """What one raw file has become, in the staging area, before anything is committed."""

    dataset: Path
    rejected: list[RejectedRow]
    validation: Report
    bias: Report | None
    balance: RowBalance
    status: Status
    failed_checks: int


@dataclass(frozen=True)
class _Run:
    """One file on its way through the stages."""

    source: SourceObject
    raw: RawFile
    dataset: Path
    check_time: Callable[[], None]

    @property
    def reviews(self) -> bool:
        return self.raw.columns.kind == "reviews"


def process(
    source: SourceObject,
    staged: Path,
    work: Path,
    *,
    version: str,
    limit: int,
    check_time: Callable[[], None] = lambda: None,
) -> Outcome:
    """Turn one staged raw file into a dataset and its account.

    Args:
        source: the raw object it was staged from.
        staged: the file.
        work: an empty folder for what is made of it.
        version: the version of the code, for the reports.
        limit: the most bytes the file may hold, inflated.
        check_time: called between batches; raises when there is no time left.

    Raises:
        RejectedFileError: the file cannot be processed as data.
        RowCountMismatchError: a row is unaccounted for.
    """
    run = _Run(source, open_raw(staged, work, limit, check_time), work / "dataset.parquet", check_time)
    with suppress(IrregularFileError):
        return _outcome(run, *_process_with_inferred_format(run), version)
    # Not in an `except`, which would keep in memory what the reading in vain had there.
    repaired = replace(run, raw=run.raw.repaired())
    return _outcome(repaired, *_process_with_inferred_format(repaired), version)


def _process_with_inferred_format(run: _Run) -> tuple[FileSummary, list[RejectedRow]]:
    """Read the file under rules guessed from its first rows; again when the whole file says otherwise.

    The rules (day or month first, the rating scale) need every row, but the first rows nearly always know:
    guessing saves a pass over the file, and checking the guess keeps the result that of two passes.
    """
    evidence, batches = _peek_first_batch(run)
    rules = infer_format(evidence, run.raw.columns, run.source)
    account, rejected, evidence = _read(run, rules, batches)
    if (confirmed := infer_format(evidence, run.raw.columns, run.source)) != rules:
        account, rejected, _ = _read(run, confirmed, run.raw.batches())
    return account, rejected


def _peek_first_batch(run: _Run) -> tuple[FormatEvidence, Iterator[RawBatch]]:
    """Return what the first rows say about the rules, and all batches."""
    batches = run.raw.batches()
    first = list(islice(batches, 1))
    evidence = first_evidence(first[0].cells, run.raw.columns) if first and run.reviews else FormatEvidence()
    return evidence, chain(iter(first), batches)  # an iterator lets go of the list, and of what is in it


def _read(
    run: _Run, rules: InferredFormat, batches: Iterable[RawBatch]
) -> tuple[FileSummary, list[RejectedRow], FormatEvidence]:
    register, counts, evidence = Deduplicator(), FileProfile(), FormatEvidence()
    rejects = RejectedRows(run.raw.lost)
    counts.read += len(rejects.rows)
    footer = {"source_key": run.source.key, "source_version_id": run.source.version_id}
    columns = schema.REVIEWS if run.reviews else schema.RESTAURANTS
    with open_parquet_writer(run.dataset, columns, footer) as writer:
        for batch in batches:
            run.check_time()
            ready = _transform_batch(run, batch, rules, register)
            counts.read += batch.cells.num_rows + len(batch.ragged)
            _count(counts, ready, reviews=run.reviews)
            rejects.extend(ready.rejected)
            evidence.add(ready.evidence)
            writer.write_batch(ready.batch)
            _refuse_if_too_many(counts.read)
            del batch, ready  # or they would be in memory beside the next
    profile.count_rejected(counts, rejects.rows)
    counts.written = count_rows(run.dataset)
    counts.mixed_scales = mixed_scales(evidence.rating_scale, rules.rating_scale)
    account = FileSummary(
        run.raw.found, run.raw.dialect, run.raw.columns, rules, counts, register.conflicting_ids
    )
    return account, rejects.rows, evidence


def _transform_batch(
    run: _Run, batch: RawBatch, rules: InferredFormat, register: Deduplicator
) -> TransformedBatch:
    if run.reviews:
        return transform_reviews(batch, run.raw.columns, rules, register, run.source.key)
    return transform_restaurants(batch, run.raw.columns, register, run.source.key)


def _count(counts: FileProfile, ready: TransformedBatch, *, reviews: bool) -> None:
    profile.count_missing(counts, ready.batch)
    profile.count_issues(counts, ready.batch, ready.issues)
    counts.duplicates.add(ready.duplicates)
    if reviews:
        profile.count_reviews(counts, ready.batch)
        profile.count_unmapped(counts, ready.unmapped)


def _outcome(run: _Run, account: FileSummary, rejected: list[RejectedRow], version: str) -> Outcome:
    _refuse_if_ragged(account.profile)
    balance = account.profile.balance
    if not balance.is_balanced:
        raise RowCountMismatchError(
            f"the rows do not add up ({balance}); this is a fault of the code, report it"
        )
    checks = run_checks(account.profile, conflicting_ids=account.conflicting_ids)
    status = worst_status(checks)
    return Outcome(
        dataset=run.dataset,
        rejected=rejected,
        validation=validation_report(run.source, version, account, checks, status, output_keys(run.source)),
        bias=bias_report(run.source, version, account.profile) if run.reviews else None,
        balance=balance,
        status=status,
        failed_checks=sum(check.status == "fail" for check in checks),
    )


def _refuse_if_too_many(rows: int) -> None:
    if rows > MAX_ROWS:
        raise RejectedFileError(
            "too_large", f"the file has more than {MAX_ROWS:,} rows; split it and send the parts"
        )


def _refuse_if_ragged(counts: FileProfile) -> None:
    broken = sum(seen.count for reason, seen in counts.rejections.items() if reason in _BROKEN)
    if broken > RAGGED_SHARE * counts.read:
        raise RejectedFileError(
            "ragged_file",
            f"{broken:,} of {counts.read:,} records are broken, most often with more or fewer fields than "
            "the header; check the delimiter and the quotes, and export the file again",
        )

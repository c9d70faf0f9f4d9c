"""Opens a staged file as delimited text that can be read batch by batch, as often as needed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tastetrend_etl.models import ColumnMapping, Dialect, FileEncoding, RawBatch, RawRecord, RejectedRow
from tastetrend_etl.parse.column_mapping import KNOWN_NAMES, map_columns
from tastetrend_etl.parse.csv_arrow import read_batches
from tastetrend_etl.parse.csv_repair import rewrite
from tastetrend_etl.parse.csv_tolerant import delimited_records, open_text, physical_lines
from tastetrend_etl.parse.dialect import detect
from tastetrend_etl.parse.encoding import survey
from tastetrend_etl.parse.json_records import is_json, json_header, json_records
from tastetrend_etl.parse.plain_copy import plain_copy

_RECORDS_BETWEEN_CHECKS = 1_000
_COPY_FACTOR = 2  # what a copy may grow to: UTF-8 for cp1252, quotes, the missing keys of JSON


@dataclass(frozen=True)
class RawFile:
    """A raw file of which every record can be found.

    Attributes:
        found: what its bytes say.
        dialect: how it is written, and `columns` what its fields are.
        path: where it, or a readable copy, lies.
        work: the folder for such copies.
        limit: the most characters that such a copy may hold.
        check_time: called while one is written; raises when there is no time left.
        lost: data rows that are in the raw file but not under `path`.
    """

    found: FileEncoding
    dialect: Dialect
    columns: ColumnMapping
    path: Path
    work: Path
    limit: int
    check_time: Callable[[], None]
    lost: tuple[RejectedRow, ...] = ()

    def batches(self) -> Iterator[RawBatch]:
        """Yield the data rows.

        Raises:
            IrregularFileError: Arrow cannot make out a record; `repaired` sets it aside or right.
        """
        gone = [row.source_row for row in self.lost]
        return read_batches(self.path, self.dialect, text_columns=self.columns.high_cardinality, missing=gone)

    def repaired(self) -> "RawFile":
        """Return the file rewritten, so that only records that can be told apart are left."""
        with open_text(self.path, self.dialect.start) as text:
            return self._rewritten(delimited_records(physical_lines(text), self.dialect.delimiter))

    def from_json(self) -> "RawFile":
        """Return the file rewritten as delimited text."""
        return self._rewritten(json_records(self.path, self.dialect.header))

    def _rewritten(self, records: Iterator[RawRecord]) -> "RawFile":
        target = self.work / "rewritten.txt"
        lost = rewrite(
            _watched(records, self.check_time),
            target,
            delimiter=self.dialect.delimiter,
            width=len(self.dialect.header),
            limit=self.limit,
        )
        if self.path.parent == self.work:  # a copy itself, and the disk is small
            self.path.unlink()
        return replace(self, path=target, dialect=replace(self.dialect, start=0), lost=tuple(lost))


def _watched(records: Iterator[RawRecord], check_time: Callable[[], None]) -> Iterator[RawRecord]:
    for number, record in enumerate(records):
        if number % _RECORDS_BETWEEN_CHECKS == 0:
            check_time()
        yield record


def open_raw(staged: Path, work: Path, limit: int, check_time: Callable[[], None]) -> RawFile:
    """Find out what the file is.

    Args:
        staged: the file as it was delivered.
        work: an empty folder for copies that are easier to read.
        limit: the most bytes the file may hold, inflated.
        check_time: called now and then; raises when there is no time left.

    Raises:
        RejectedFileError: it is no text with known columns.
    """
    found = survey(staged, limit=limit)
    copy_limit = _COPY_FACTOR * limit
    path = staged if found.plain else plain_copy(staged, found, work / "plain.txt", copy_limit)
    json = is_json(path)
    dialect = Dialect(",", json_header(path, copy_limit), 0, "json") if json else detect(path, KNOWN_NAMES)
    raw = RawFile(found, dialect, map_columns(dialect.header), path, work, copy_limit, check_time)
    return raw.from_json() if json else raw

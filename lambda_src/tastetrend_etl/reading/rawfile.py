"""Opens a staged file as delimited text that can be read batch by batch, as often as needed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tastetrend_etl.reading.columns import KNOWN_NAMES, recognise
from tastetrend_etl.reading.dialect import detect
from tastetrend_etl.reading.parse import read_batches
from tastetrend_etl.reading.plain import plain_copy
from tastetrend_etl.reading.repair import repair
from tastetrend_etl.reading.structure import is_regular
from tastetrend_etl.reading.survey import survey
from tastetrend_etl.records import Columns, Dialect, RawBatch, RejectedRow, Survey


@dataclass(frozen=True)
class RawFile:
    """A raw file of which every record can be found.

    Attributes:
        found: what its bytes say.
        dialect: how it is written, and `columns` what its fields are.
        path: where it, or a readable copy, lies.
        work: the folder for such copies.
        lost: data rows that are in the raw file but not under `path`.
    """

    found: Survey
    dialect: Dialect
    columns: Columns
    path: Path
    work: Path
    lost: tuple[RejectedRow, ...] = ()

    def batches(self) -> Iterator[RawBatch]:
        """Yield the data rows.

        Raises:
            RecordTooLongError: a record does not end within a block; `repaired` sets it aside.
        """
        gone = [row.source_row for row in self.lost]
        return read_batches(self.path, self.dialect, text_columns=self.columns.unrepeating, missing=gone)

    def repaired(self) -> "RawFile":
        """Return the file rewritten, so that only records that can be told apart are left."""
        target = self.work / "repaired.txt"
        lost = repair(self.path, self.dialect, target)
        return replace(self, path=target, dialect=replace(self.dialect, skipped=1), lost=tuple(lost))


def open_raw(staged: Path, work: Path, limit: int) -> RawFile:
    """Find out what the file is.

    Args:
        staged: the file as it was delivered.
        work: an empty folder for copies that are easier to read.
        limit: the most bytes the file may hold, inflated.

    Raises:
        RefusedError: it is no delimited text with known columns.
    """
    found = survey(staged, limit=limit)
    path = staged if found.plain else plain_copy(staged, found, work / "plain.txt")
    dialect = detect(path, KNOWN_NAMES)
    raw = RawFile(found, dialect, recognise(dialect.header), path, work)
    return raw if is_regular(path, dialect.delimiter) else raw.repaired()

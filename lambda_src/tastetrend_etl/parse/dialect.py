"""Detects the delimiter and the header of a clean UTF-8 file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_COLUMNS
from tastetrend_etl.models import Dialect, RawRecord
from tastetrend_etl.parse.column_names import MAX_NAME_LENGTH, count_known_names
from tastetrend_etl.parse.csv_tolerant import first_records

_HEAD_BYTES = 1 << 18
_HEADER_RECORDS = 20
_DELIMITERS = ",;\t|"
_ANNOUNCED_DELIMITER = re.compile(r"sep=([^\w\s\"]|\t)[\r\n]", re.ASCII | re.IGNORECASE)
_PREAMBLE = re.compile(r"\s*#|sep=", re.IGNORECASE)
_MAX_SPACES_IN_NAME = 5
_NUMBER = re.compile(r"[\s$€£]*[+-]?[\d.,]+\s*%?")
_DATE = re.compile(r".*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


@dataclass(frozen=True)
class _Candidate:
    """The header that one delimiter leads to.

    Attributes:
        known_columns: the number of known names in the header.
        consistent_rows: the number of sampled records, from the header on, that are as wide as it.
        end: the position of the character after the header.
    """

    known_columns: int
    consistent_rows: int
    delimiter: str
    header: tuple[str, ...]
    end: int

    @property
    def score(self) -> tuple[int, int, int]:
        return self.known_columns, self.consistent_rows, len(self.header)


def detect_dialect(path: Path) -> Dialect:
    """Choose the delimiter and the header record with most known column names.

    Args:
        path: a clean UTF-8 file.

    Raises:
        RejectedFileError: `too_many_columns`; `no_header`, with the kinds of the first record's cells
            but none of their content.
    """
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES).decode("utf-8", "ignore")
    head = start.removeprefix("\ufeff")
    announced = _ANNOUNCED_DELIMITER.match(head)
    delimiters = announced[1] if announced else _plausible_delimiters(head)
    best = max((_evaluate(head, delimiter) for delimiter in delimiters), key=lambda each: each.score)
    if not best.known_columns and any(_kind(cell) in {"number", "date", "text"} for cell in best.header):
        kinds = ", ".join(map(_kind, best.header[:20]))
        raise RejectedFileError(
            "no_header",
            f"the first line names no columns, its cells are: {kinds}; add a header line and send it again",
        )
    data_offset = len(start[: len(start) - len(head) + best.end].encode())
    if len(best.header) > MAX_COLUMNS or _HEAD_BYTES <= data_offset < path.stat().st_size:
        raise RejectedFileError(
            "too_many_columns",
            f"the header has more than {MAX_COLUMNS:,} columns or {_HEAD_BYTES:,} bytes; "
            "send only the columns of the reviews",
        )
    return Dialect(best.delimiter, best.header, data_offset)


def _plausible_delimiters(head: str) -> list[str]:
    """Return the delimiters that occur, and one that does not, since all such have the same result."""
    absent = [delimiter for delimiter in _DELIMITERS if delimiter not in head]
    return [delimiter for delimiter in _DELIMITERS if delimiter not in absent[1:]]


def _evaluate(head: str, delimiter: str) -> _Candidate:
    records, ends = first_records(head, delimiter)
    known = [count_known_names(record.fields) for record in records[:_HEADER_RECORDS]]
    index = _header_index(records, known)
    header = tuple(records[index].fields)
    consistent = sum(len(record.fields) == len(header) for record in records[index:])
    return _Candidate(known[index], consistent if len(header) > 1 else 0, delimiter, header, ends[index])


def _header_index(records: Sequence[RawRecord], known: Sequence[int]) -> int:
    """Return the index of the header; 0 unless all records before it are preamble, so that no row is lost."""
    best = max(range(len(known)), key=known.__getitem__)
    width = len(records[best].fields)
    return best if all(_is_preamble(record, width) for record in records[:best]) else 0


def _is_preamble(record: RawRecord, width: int) -> bool:
    """Return whether a record before the header is no data row.

    It is a comment, or at most half as many of its cells have content as the header has cells; if it is as
    wide as the header, only the first two.
    """
    filled = sum(bool(field.strip()) for field in record.fields)
    is_padded = len(record.fields) == width
    is_sparse = filled <= width // 2 and (not is_padded or not any(record.fields[2:]))
    return is_sparse or _PREAMBLE.match(record.raw) is not None


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    if _NUMBER.fullmatch(text):
        return "number"
    if _DATE.fullmatch(text):
        return "date"
    return "text" if len(text) > MAX_NAME_LENGTH or text.count(" ") > _MAX_SPACES_IN_NAME else "word"

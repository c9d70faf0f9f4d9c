"""Finds the delimiter and the header of a plain text file."""

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_COLUMNS
from tastetrend_etl.models import Dialect, RawRecord
from tastetrend_etl.parse.csv_tolerant import delimited_records
from tastetrend_etl.schema import normalise_name

_HEAD_BYTES = 1 << 18
_SAMPLE_LINES = 100
_RECORDS_BEFORE_HEADER = 20
_DELIMITERS = ",;\t|"
_ANNOUNCED_DELIMITER = re.compile(r"sep=([^\w\s\"]|\t)[\r\n]", re.ASCII | re.IGNORECASE)
_PREAMBLE = re.compile(r"\s*#|sep=", re.IGNORECASE)
_LONGEST_NAME = 64
_WORDS_IN_A_NAME = 5
_NUMBER = re.compile(r"[\s$€£]*[+-]?[\d.,]+\s*%?")
_DATE = re.compile(r".*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


@dataclass(frozen=True)
class _Candidate:
    """The head of the file as one delimiter explains it.

    Attributes:
        known: how many columns of the header are known.
        alike: how many of the records behind the header are as wide.
        end: the character behind the header.
    """

    known: int
    alike: int
    delimiter: str
    header: tuple[str, ...]
    end: int

    @property
    def merit(self) -> tuple[int, int, int]:
        return self.known, self.alike, len(self.header)


def detect(path: Path, known: Collection[str]) -> Dialect:
    """Choose the delimiter and the header record that name most known columns.

    Args:
        path: a plain UTF-8 file.
        known: the normalised names of columns that sources use.

    Raises:
        RejectedFileError: `too_many_columns`; `no_header`, naming the kinds of the first record's cells and
            none of their content.
    """
    head, mark = _head(path)
    announced = _ANNOUNCED_DELIMITER.match(head)
    delimiters = announced[1] if announced else _worth_trying(head)
    best = max((_read(head, delimiter, known) for delimiter in delimiters), key=lambda reading: reading.merit)
    if not best.known and any(_kind(cell) in {"number", "date", "text"} for cell in best.header):
        kinds = ", ".join(map(_kind, best.header[:20]))
        raise RejectedFileError(
            "no_header",
            f"the first line names no columns, its cells are: {kinds}; add a header line and send it again",
        )
    start = mark + len(head[: best.end].encode())
    if len(best.header) > MAX_COLUMNS or _HEAD_BYTES <= start < path.stat().st_size:
        raise RejectedFileError(
            "too_many_columns",
            f"the header has more than {MAX_COLUMNS:,} columns or {_HEAD_BYTES:,} bytes; "
            "send the columns of the reviews alone",
        )
    return Dialect(best.delimiter, best.header, start)


def _worth_trying(head: str) -> list[str]:
    """Return the delimiters without all but one of those that do not occur, which all read alike."""
    absent = [delimiter for delimiter in _DELIMITERS if delimiter not in head]
    return [delimiter for delimiter in _DELIMITERS if delimiter not in absent[1:]]


def _head(path: Path) -> tuple[str, int]:
    """Return the file's first characters, and how many bytes of a byte order mark stand before them."""
    with path.open("rb") as file:
        text = file.read(_HEAD_BYTES).decode("utf-8", "ignore")
    bare = text.removeprefix("\ufeff")
    return bare, len(text.encode()) - len(bare.encode())


def _read(head: str, delimiter: str, known: Collection[str]) -> _Candidate:
    records = _sample(head, delimiter)
    first = records[:_RECORDS_BEFORE_HEADER]
    names = [sum(_is_name(cell, known) for cell in record.fields) for record, _ in first]
    place = _header_place([record for record, _ in records], names)
    header, end = records[place][0].fields, records[place][1]
    alike = sum(len(record.fields) == len(header) for record, _ in records[place:])
    return _Candidate(names[place], alike if len(header) > 1 else 0, delimiter, tuple(header), end)


def _is_name(cell: str, known: Collection[str]) -> bool:
    return len(cell.strip()) <= _LONGEST_NAME and normalise_name(cell) in known


def _sample(head: str, delimiter: str) -> list[tuple[RawRecord, int]]:
    """Return the first records that are not blank, each with the place where it ends."""
    records = list(delimited_records(islice(io.StringIO(head, newline=""), _SAMPLE_LINES), delimiter))
    ends = accumulate(len(record.raw) for record in records)
    found = [pair for pair in zip(records, ends, strict=True) if pair[0].fields or pair[0].problem]
    return found or [(RawRecord([], ""), 0)]


def _header_place(records: Sequence[RawRecord], names: Sequence[int]) -> int:
    """Return where the header stands: what comes before it must be remarks, or it would lose data rows."""
    best = max(range(min(len(records), _RECORDS_BEFORE_HEADER)), key=names.__getitem__)
    width = len(records[best].fields)
    return best if all(_is_remark(record, width) for record in records[:best]) else 0


def _is_remark(record: RawRecord, width: int) -> bool:
    """Say whether a record before the header is no row: one that says less than half of what a row does."""
    said = sum(bool(field.strip()) for field in record.fields)
    padded = len(record.fields) == width
    says_little = said <= width // 2 and (not padded or not any(record.fields[2:]))
    return says_little or _PREAMBLE.match(record.raw) is not None


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    if _NUMBER.fullmatch(text):
        return "number"
    if _DATE.fullmatch(text):
        return "date"
    return "text" if len(text) > _LONGEST_NAME or text.count(" ") > _WORDS_IN_A_NAME else "word"

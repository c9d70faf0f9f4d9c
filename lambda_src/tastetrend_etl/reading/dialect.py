"""Finds the delimiter and the header of a plain text file."""

import csv
import re
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from tastetrend_etl.errors import RefusedError
from tastetrend_etl.records import Dialect
from tastetrend_etl.schema import normalise_name

_HEAD_BYTES = 1 << 18
_SAMPLE_ROWS = 50
_DELIMITERS = ",;\t|"
_LONGEST_NAME = 64
_WORDS_IN_A_NAME = 5
_NUMBER = re.compile(r"[\s$€£]*[+-]?[\d.,]+\s*%?")
_DATE = re.compile(r".*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")


def detect(path: Path, known: Collection[str]) -> Dialect:
    """Choose the delimiter under which the first record names most known columns.

    Args:
        path: a plain UTF-8 file.
        known: the normalised names of columns that sources use.

    Raises:
        RefusedError: `no_header`, naming the kinds of the first record's cells and none of their content.
    """
    head = _head(path)
    samples = {mark: _records(head, mark) for mark in _DELIMITERS}
    delimiter = max(samples, key=lambda mark: _score(samples[mark], known))
    header = samples[delimiter][0]
    if not any(normalise_name(name) in known for name in header) and _looks_like_data(header):
        kinds = ", ".join(map(_kind, header[:20]))
        raise RefusedError(
            "no_header",
            f"the first line names no columns, its cells are: {kinds}; add a header line and send it again",
        )
    return Dialect(delimiter, tuple(header))


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8-sig", "ignore")


def _records(head: str, delimiter: str) -> list[list[str]]:
    lines = head.splitlines(keepends=True)
    records = (record for record in csv.reader(lines, delimiter=delimiter) if record)
    return list(islice(records, _SAMPLE_ROWS))


def _score(records: list[list[str]], known: Collection[str]) -> tuple[int, int, int]:
    """Known names first, then how many records are as wide as the header, then its width."""
    width = len(records[0])
    alike = sum(len(record) == width for record in records) if width > 1 else 0
    return sum(normalise_name(name) in known for name in records[0]), alike, width


def _looks_like_data(header: list[str]) -> bool:
    return any(_kind(cell) in {"number", "date", "text"} for cell in header)


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    if _NUMBER.fullmatch(text):
        return "number"
    if _DATE.fullmatch(text):
        return "date"
    return "text" if len(text) > _LONGEST_NAME or text.count(" ") > _WORDS_IN_A_NAME else "word"

"""Rewrites a file with stray or unclosed quotes so that each record that can be told apart survives."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from tastetrend_etl.records import Dialect, RejectedRow

MAX_LINES = 50  # a record that runs on for longer is an unclosed quote, not a review
MAX_CHARACTERS = 2 << 20
_KEPT_CHARACTERS = 1 << 16


class _UnfinishedError(Exception):
    """The record does not end within its bounds."""


def repair(path: Path, dialect: Dialect, target: Path) -> list[RejectedRow]:
    """Write the good records to `target` as strict CSV and return the others.

    A record that strict CSV cannot explain is given up at the end of its first line, and reading goes on
    with the next one: an unclosed quote costs one row, never its neighbours.

    Args:
        path: a plain UTF-8 file.
        dialect: its delimiter and header.
        target: where the rewritten file goes; it starts with the header alone.
    """
    csv.field_size_limit(MAX_CHARACTERS)
    rejected = []
    with (
        path.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator="\n")
        writer.writerow(dialect.header)
        for number, (fields, raw, problem) in enumerate(_records(source, dialect), 1 - dialect.skipped):
            if number < 1:
                continue
            if problem or len(fields) != len(dialect.header):
                rejected.append(RejectedRow(number, problem or "ragged", raw[:_KEPT_CHARACTERS]))
            else:
                writer.writerow(fields)
    return rejected


def _records(source: Iterable[str], dialect: Dialect) -> Iterator[tuple[list[str], str, str]]:
    """Yield fields, raw text, and the reason when the record is no good."""
    lines = _Lines(source)
    while lines.begin():
        try:
            fields = next(csv.reader(lines, delimiter=dialect.delimiter, strict=True))
            raw, problem = lines.taken(), ""
        except (csv.Error, _UnfinishedError):
            raw = lines.give_back_all_but_first()
            fields, problem = _single_line(raw, dialect)
        if fields or problem:
            yield fields, raw, problem


def _single_line(raw: str, dialect: Dialect) -> tuple[list[str], str]:
    if len(raw) > MAX_CHARACTERS:
        return [], "record_too_long"
    lines = _Lines([raw])
    lines.begin()
    try:
        return next(csv.reader(lines, delimiter=dialect.delimiter)), ""
    except (csv.Error, _UnfinishedError):
        return [], "unclosed_quote"


class _Lines:
    """Physical lines for one record at a time, which can be given back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._ahead: deque[str] = deque()
        self._record: list[str] = []
        self._size = 0

    def begin(self) -> bool:
        """Start the next record; return False when no line is left."""
        self._record, self._size = [], 0
        if not self._ahead:
            self._ahead.extend(line for line in [next(self._source, None)] if line is not None)
        return bool(self._ahead)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._source, None)
        if line is not None:
            self._record.append(line)
            self._size += len(line)
        if line is None or len(self._record) > MAX_LINES or self._size > MAX_CHARACTERS:
            raise _UnfinishedError
        return line

    def taken(self) -> str:
        """Return the record's raw text."""
        return "".join(self._record)

    def give_back_all_but_first(self) -> str:
        """Return the record's first line; the others are read again."""
        first, *others = self._record
        self._ahead.extendleft(reversed(others))
        return first

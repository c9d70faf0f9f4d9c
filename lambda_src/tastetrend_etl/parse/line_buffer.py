"""Holds the lines of the record that is being parsed, and reads lines within quotes."""

import csv
import re
from collections import deque
from collections.abc import Iterable
from io import StringIO
from itertools import islice
from typing import NamedTuple

from tastetrend_etl.limits import MAX_CHECKED_LINE, MAX_RECORD_CHARACTERS, MAX_RECORD_LINES

BYTE_ORDER_MARK = "\ufeff"  # at the start of a record, where files were appended to one another
_WRAPPED = re.compile(r'\s*"((?:[^"]++|"")*+)"[;,\t|\s]*')  # also by a spreadsheet's empty columns


class UnfinishedRecordError(Exception):
    """The record does not end within its limits."""


class RawRecord(NamedTuple):
    """A record.

    Attributes:
        raw: its text.
        problem: the reason code if it cannot be parsed.
        is_joined: the parts of a text with unquoted delimiters were joined.
    """

    fields: list[str]
    raw: str
    problem: str = ""
    is_joined: bool = False


class LineBuffer:
    """An iterator over the lines of one record at a time, which can be pushed back and read again."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._pushed_back: deque[str] = deque()
        self._record: list[str] = []
        self._size = 0

    def start_record(self) -> bool:
        """Start the next record; return False if there are no more lines."""
        self._record, self._size = [], 0
        if not self._pushed_back:
            self._pushed_back.extend(islice(self._source, 1))
        if not self._pushed_back:
            return False
        self._pushed_back[0] = self._pushed_back[0].lstrip(BYTE_ORDER_MARK)
        return True

    def __iter__(self) -> "LineBuffer":
        return self

    def __next__(self) -> str:
        line = self._pushed_back.popleft() if self._pushed_back else next(self._source, None)
        if line is not None:
            self._record.append(line)
            self._size += len(line)
        if line is None or len(self._record) > MAX_RECORD_LINES or self._size > MAX_RECORD_CHARACTERS:
            raise UnfinishedRecordError
        return line

    @property
    def lines(self) -> list[str]:
        """Return the record's lines, none if it was pushed back."""
        return self._record

    def push_back(self) -> None:
        """Make the record's lines available again."""
        self._pushed_back.extendleft(reversed(self._record))
        self._record, self._size = [], 0

    def pop_line(self) -> str:
        """Return the next line, however long it is."""
        return self._pushed_back.popleft()


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends, which are line feeds and carriage returns only."""
    content = text.rstrip("\r\n")
    return list(StringIO(text, newline="")) if "\n" in content or "\r" in content else [text]


def unwrapped_fields(record: str, delimiter: str) -> list[str]:
    """Return the fields of a record within the quotes around all of it; none without such quotes."""
    match = _WRAPPED.fullmatch(record) if len(record) <= MAX_CHECKED_LINE else None
    if not match:
        return []
    inner = match[1].replace('""', '"')
    try:
        records = list(csv.reader(lines_of(inner), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return records[0] if len(records) == 1 else []

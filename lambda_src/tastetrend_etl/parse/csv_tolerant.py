"""Reads delimited text record by record, so that an unclosed quote costs one row and no neighbour."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from tastetrend_etl.limits import MAX_RECORD_CHARACTERS, MAX_RECORD_LINES
from tastetrend_etl.models import RawRecord

csv.field_size_limit(MAX_RECORD_CHARACTERS + 1)
_PADDED_QUOTE = re.compile(' +"')


class _UnfinishedError(Exception):
    """The record does not end within its bounds."""


def open_text(path: Path, start: int) -> TextIO:
    """Open a plain UTF-8 file at a byte, its line ends as delivered."""
    file = path.open("rb")
    file.seek(start)
    return TextIOWrapper(file, encoding="utf-8", newline="")


def physical_lines(file: TextIO) -> Iterator[str]:
    """Yield the lines; of one that no record may be as long as, the start only."""
    while line := file.readline(MAX_RECORD_CHARACTERS + 1):
        rest = line
        while len(rest) > MAX_RECORD_CHARACTERS and not rest.endswith(("\n", "\r")):
            rest = file.readline(MAX_RECORD_CHARACTERS + 1)
        yield line


def delimited_records(source: Iterable[str], delimiter: str) -> Iterator[RawRecord]:
    """Yield every record, a blank line as one without fields.

    A record that no spelling of quotes explains is given up at the end of its first line, and reading goes
    on with the next one.

    Args:
        source: physical lines with their ends.
        delimiter: the character between fields.
    """
    lines = _Lines(source)
    spellings = (_unchanged, _from_backslashes, _stray_quotes(delimiter))
    while lines.begin():
        yield _record(lines, delimiter, spellings)


QuoteRepair = Callable[[str], str]


def _record(lines: "_Lines", delimiter: str, spellings: Iterable[QuoteRepair]) -> RawRecord:
    for spelling in spellings:
        fields = _fields(lines, delimiter, spelling)
        if any(map(_PADDED_QUOTE.match, fields)):
            lines.push_back()
            fields = _fields(lines, delimiter, spelling, skip_spaces=True) or _fields(
                lines, delimiter, spelling
            )
        if fields or lines.taken():
            return RawRecord(fields, lines.taken())
    line = lines.first()
    return RawRecord([], line, "record_too_long" if len(line) > MAX_RECORD_CHARACTERS else "unclosed_quote")


def _fields(
    lines: "_Lines", delimiter: str, spelling: QuoteRepair, *, skip_spaces: bool = False
) -> list[str]:
    """Return the fields of the next record, or none and give its lines back when they make no sense so."""
    reader = csv.reader(map(spelling, lines), delimiter=delimiter, strict=True, skipinitialspace=skip_spaces)
    try:
        return next(reader)
    except (csv.Error, _UnfinishedError):
        lines.push_back()
        return []


def _unchanged(line: str) -> str:
    return line


def _from_backslashes(line: str) -> str:
    r"""Spell `\"` the RFC 4180 way."""
    return re.sub(r'\\(["\\])', lambda match: '""' if match[1] == '"' else "\\", line)


@lru_cache
def _stray_quotes(delimiter: str) -> QuoteRepair:
    """Return the spelling that doubles each quote which stands at no border of a field: `"a 5" pizza"`."""
    stray = re.compile(rf'(?<![{re.escape(delimiter)}"])(?<!^)"(?![{re.escape(delimiter)}\r\n"]|$)')
    return lambda line: stray.sub('""', line)


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
        if line is None or len(self._record) > MAX_RECORD_LINES or self._size > MAX_RECORD_CHARACTERS:
            raise _UnfinishedError
        return line

    def taken(self) -> str:
        """Return the record's raw text."""
        return "".join(self._record)

    def push_back(self) -> None:
        """Let the record's lines be read again."""
        self._ahead.extendleft(reversed(self._record))
        self._record, self._size = [], 0

    def first(self) -> str:
        """Take the next line, however long it is."""
        return self._ahead.popleft()

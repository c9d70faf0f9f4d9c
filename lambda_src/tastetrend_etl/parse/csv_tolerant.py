"""Parses irregular delimited text record by record, and rewrites it as strict CSV."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from io import StringIO, TextIOWrapper
from itertools import accumulate, islice
from pathlib import Path
from typing import TextIO

from tastetrend_etl.limits import MAX_KEPT_CHARACTERS, MAX_RECORD_CHARACTERS, MAX_RECORD_LINES
from tastetrend_etl.models import Dialect, RawRecord, RejectedRow
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.rejected_rows import RejectedRows

csv.field_size_limit(MAX_RECORD_CHARACTERS + 1)
_SAMPLE_LINES = 100
_PADDED_QUOTE = re.compile(' +"')

QuoteRepair = Callable[[str], str]


class _UnfinishedError(Exception):
    """The record does not end within its limits."""


def open_text(path: Path, offset: int) -> TextIO:
    """Open a clean UTF-8 file at a byte offset, with its own line ends."""
    file = path.open("rb")
    file.seek(offset)
    return TextIOWrapper(file, encoding="utf-8", newline="")


def physical_lines(file: TextIO) -> Iterator[str]:
    """Yield the lines; of a line longer than any record may be, only its start."""
    while line := file.readline(MAX_RECORD_CHARACTERS + 1):
        rest = line
        while len(rest) > MAX_RECORD_CHARACTERS and not rest.endswith(("\n", "\r")):
            rest = file.readline(MAX_RECORD_CHARACTERS + 1)
        yield line


def write_valid_records(
    records: Iterable[RawRecord], target: Path, dialect: Dialect, limit: int
) -> list[RejectedRow]:
    """Write the records that are as wide as the header as strict CSV; return the others.

    Args:
        records: the data records, numbered from 1; blank ones do not count.
        target: written without a header.
        dialect: its delimiter and header.
        limit: the most characters that may be written.

    Raises:
        RejectedFileError: `too_large`, `too_many_rejected`.
    """
    rejected, written, width = RejectedRows(), 0, len(dialect.header)
    data_rows = (record for record in records if record.fields or record.problem)
    with target.open("w", encoding="utf-8", newline="") as file:
        # Both characters, because Python's writer quotes a lone line end only when it is its own.
        writer = csv.writer(file, delimiter=dialect.delimiter, lineterminator="\r\n")
        for number, record in enumerate(data_rows, 1):
            if reason := record.problem or _field_count_error(record.fields, width):
                raw = record.raw.rstrip("\r\n")
                kept = record.raw[:MAX_KEPT_CHARACTERS] if reason == "record_too_long" else raw
                rejected.extend([RejectedRow(number, reason, kept)])
            else:
                written += writer.writerow(record.fields[:width])
                enforce_size_limit(limit, written)
    return rejected.rows


def _field_count_error(fields: list[str], width: int) -> str:
    """Return `ragged` or nothing; some exports append empty fields, which are ignored."""
    return "" if len(fields) == width or (len(fields) > width and not any(fields[width:])) else "ragged"


def delimited_records(lines: Iterable[str], delimiter: str) -> Iterator[RawRecord]:
    """Yield every record; a blank line is a record without fields.

    A record that no quote repair makes valid ends at its first line, and parsing continues with the next
    line.

    Args:
        lines: physical lines with their ends.
        delimiter: the character between fields.
    """
    buffer = _LineBuffer(lines)
    repairs = (_unchanged, _double_escaped_quotes, _stray_quote_repair(delimiter))
    while buffer.start_record():
        yield _next_record(buffer, delimiter, repairs)


def first_records(text: str, delimiter: str) -> tuple[list[RawRecord], list[int]]:
    """Return the records of the first lines, without blank ones, and the positions where they end."""
    records = list(delimited_records(islice(StringIO(text, newline=""), _SAMPLE_LINES), delimiter))
    ends = accumulate(len(record.raw) for record in records)
    pairs = [pair for pair in zip(records, ends, strict=True) if pair[0].fields or pair[0].problem]
    return [record for record, _ in pairs] or [RawRecord([], "")], [end for _, end in pairs] or [0]


def _next_record(buffer: "_LineBuffer", delimiter: str, repairs: Iterable[QuoteRepair]) -> RawRecord:
    for repair in repairs:
        fields = _parse_fields(buffer, delimiter, repair)
        if any(map(_PADDED_QUOTE.match, fields)):
            buffer.push_back()
            fields = _parse_fields(buffer, delimiter, repair, skip_spaces=True) or _parse_fields(
                buffer, delimiter, repair
            )
        if fields or buffer.raw_text:
            return RawRecord(fields, buffer.raw_text)
    line = buffer.pop_line()
    return RawRecord([], line, "record_too_long" if len(line) > MAX_RECORD_CHARACTERS else "unclosed_quote")


def _parse_fields(
    buffer: "_LineBuffer", delimiter: str, repair: QuoteRepair, *, skip_spaces: bool = False
) -> list[str]:
    """Return the fields of the next record; none, with its lines pushed back, if it is not valid."""
    reader = csv.reader(map(repair, buffer), delimiter=delimiter, strict=True, skipinitialspace=skip_spaces)
    try:
        return next(reader)
    except (csv.Error, _UnfinishedError):
        buffer.push_back()
        return []


def _unchanged(line: str) -> str:
    return line


def _double_escaped_quotes(line: str) -> str:
    r"""Replace `\"` by `""`, as in RFC 4180."""
    return re.sub(r'\\(["\\])', lambda match: '""' if match[1] == '"' else "\\", line)


@lru_cache
def _stray_quote_repair(delimiter: str) -> QuoteRepair:
    """Return a repair that doubles each quote that is not next to a field boundary: `"a 5" pizza"`."""
    stray = re.compile(rf'(?<![{re.escape(delimiter)}"])(?<!^)"(?![{re.escape(delimiter)}\r\n"]|$)')
    return lambda line: stray.sub('""', line)


class _LineBuffer:
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
        return bool(self._pushed_back)

    def __iter__(self) -> "_LineBuffer":
        return self

    def __next__(self) -> str:
        line = self._pushed_back.popleft() if self._pushed_back else next(self._source, None)
        if line is not None:
            self._record.append(line)
            self._size += len(line)
        if line is None or len(self._record) > MAX_RECORD_LINES or self._size > MAX_RECORD_CHARACTERS:
            raise _UnfinishedError
        return line

    @property
    def raw_text(self) -> str:
        """Return the record's lines."""
        return "".join(self._record)

    def push_back(self) -> None:
        """Make the record's lines available again."""
        self._pushed_back.extendleft(reversed(self._record))
        self._record, self._size = [], 0

    def pop_line(self) -> str:
        """Return the next line, however long it is."""
        return self._pushed_back.popleft()

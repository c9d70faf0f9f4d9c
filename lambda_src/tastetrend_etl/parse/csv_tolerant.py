"""Parses irregular delimited text record by record, and rewrites it as strict CSV."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from io import StringIO, TextIOWrapper
from itertools import accumulate, islice
from pathlib import Path
from typing import TextIO, TypeVar

from tastetrend_etl.limits import MAX_KEPT_CHARACTERS, MAX_RECORD_CHARACTERS
from tastetrend_etl.models import Dialect, RejectedRow
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.line_buffer import LineBuffer, RawRecord, UnfinishedRecordError
from tastetrend_etl.parse.rejected_rows import RejectedRows
from tastetrend_etl.parse.row_shape import RowShape

csv.field_size_limit(MAX_RECORD_CHARACTERS + 1)
SEQUENCE_MARK = "\x1f"  # a delimiter in place of several characters
_SAMPLE_LINES = 100
_ITEMS_BETWEEN_CHECKS = 1_000
_PADDED_QUOTE = re.compile(' +"')

_T = TypeVar("_T")
QuoteRepair = Callable[[str], str]


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


def with_time_checks(items: Iterable[_T], check_time: Callable[[], None]) -> Iterator[_T]:
    """Yield the items; call `check_time`, which raises if there is no time left, now and then."""
    for index, item in enumerate(items):
        if index % _ITEMS_BETWEEN_CHECKS == 0:
            check_time()
        yield item


def write_valid_records(
    records: Iterable[RawRecord], target: Path, dialect: Dialect, limit: int
) -> tuple[list[RejectedRow], list[int]]:
    """Write the records that are as wide as the header as strict CSV.

    Return the others, and the numbers of the records that were joined.

    Args:
        records: the data records, numbered from 1; blank ones do not count.
        target: written without a header.
        dialect: its delimiter and header.
        limit: the most characters that may be written.

    Raises:
        RejectedFileError: `too_large`, `too_many_rejected`.
    """
    rejected, joined, written, width = RejectedRows(), list[int](), 0, len(dialect.header)
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
                joined += [number] * record.is_joined
                enforce_size_limit(limit, written)
    return rejected.rows, joined


def _field_count_error(fields: list[str], width: int) -> str:
    """Return `ragged` or nothing; some exports append empty fields, which are ignored."""
    return "" if len(fields) == width or (len(fields) > width and not any(fields[width:])) else "ragged"


def delimited_records(lines: Iterable[str], shape: RowShape) -> Iterator[RawRecord]:
    """Yield every record; a blank line is a record without fields.

    A record that no quote repair makes valid, or that swallows rows, ends at its first line, and parsing
    continues with the next line.

    Args:
        lines: physical lines with their ends.
        shape: of the rows; its width is 0 as long as the header is not known.
    """
    buffer = LineBuffer(lines)
    repairs = (_unchanged, _escaped_quote_repair(shape.quote), _stray_quote_repair(shape))
    while buffer.start_record():
        yield _next_record(buffer, shape, repairs)


def records_with_sequence(lines: Iterable[str], shape: RowShape, sequence: str) -> Iterator[RawRecord]:
    """Yield every record of a file with a sequence of characters as its delimiter, such as `||`.

    Args:
        lines: physical lines with their ends.
        shape: of the rows, with `SEQUENCE_MARK` as delimiter.
        sequence: the characters that the delimiter replaces.
    """
    marked = (line.replace(sequence, SEQUENCE_MARK) for line in lines)
    for record in delimited_records(marked, shape):
        cells = [field.replace(SEQUENCE_MARK, sequence) for field in record.fields]
        yield record._replace(fields=cells, raw=record.raw.replace(SEQUENCE_MARK, sequence))


def first_lines(text: str) -> Iterator[str]:
    """Return a sample of the lines of a text, with their ends."""
    return islice(StringIO(text, newline=""), _SAMPLE_LINES)


def first_records(text: str, delimiter: str, quote: str) -> tuple[list[RawRecord], list[int]]:
    """Return the records of the first lines, without blank ones, and the positions where they end."""
    records = list(delimited_records(first_lines(text), RowShape(delimiter, quote, 0)))
    ends = accumulate(len(record.raw) for record in records)
    pairs = [pair for pair in zip(records, ends, strict=True) if pair[0].fields or pair[0].problem]
    return [record for record, _ in pairs] or [RawRecord([], "")], [end for _, end in pairs] or [0]


def _next_record(buffer: LineBuffer, shape: RowShape, repairs: Sequence[QuoteRepair]) -> RawRecord:
    for repair in repairs:
        fields = _parse_fields(buffer, shape, repair)
        if any(map(_PADDED_QUOTE.match, fields)):
            buffer.push_back()
            fields = _parse_fields(buffer, shape, repair, skip_spaces=True) or _parse_fields(
                buffer, shape, repair
            )
        lines, repaired, ragged = buffer.lines, repair is repairs[-1], len(fields) != shape.width
        if len(lines) == 1 or (lines and not shape.swallows_rows(lines, ragged=ragged or repaired)):
            record = RawRecord(fields, "".join(lines))
            return shape.corrected(record, repaired=repaired) if ragged or repaired else record
        buffer.push_back()
    line = buffer.pop_line()
    if fields := shape.unwrapped(line) or shape.verbatim(line):
        return RawRecord(fields, line)
    return RawRecord([], line, "record_too_long" if len(line) > MAX_RECORD_CHARACTERS else "unclosed_quote")


def _parse_fields(
    buffer: LineBuffer, shape: RowShape, repair: QuoteRepair, *, skip_spaces: bool = False
) -> list[str]:
    """Return the fields of the next record; none, with its lines pushed back, if it is not valid."""
    reader = csv.reader(
        map(repair, buffer),
        delimiter=shape.delimiter,
        quotechar=shape.quote,
        strict=True,
        skipinitialspace=skip_spaces,
    )
    try:
        return next(reader)
    except (csv.Error, UnfinishedRecordError):
        buffer.push_back()
        return []


def _unchanged(line: str) -> str:
    return line


@lru_cache
def _escaped_quote_repair(quote: str) -> QuoteRepair:
    r"""Return a repair that replaces `\"` by `""`, as in RFC 4180."""
    escaped = re.compile(rf"\\([{quote}\\])")
    return lambda line: escaped.sub(lambda match: 2 * quote if match[1] == quote else "\\", line)


@lru_cache
def _stray_quote_repair(shape: RowShape) -> QuoteRepair:
    """Return a repair that doubles each quote that is not next to a field boundary: `"a 5" pizza"`."""
    boundary, quote = re.escape(shape.delimiter) + shape.quote, shape.quote
    stray = re.compile(rf"(?<![{boundary}])(?<!^){quote}(?![{boundary}\r\n]|$)")
    return lambda line: stray.sub(2 * quote, line)

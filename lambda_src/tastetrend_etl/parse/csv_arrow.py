"""Streams a plain, regular file as Arrow record batches of text, setting ragged records aside."""

import codecs
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tastetrend_etl.limits import MAX_REJECTED_ROWS
from tastetrend_etl.models import Dialect, RawBatch, RejectedRow
from tastetrend_etl.parse.csv_blocks import IrregularFileError, blocks

_BATCH_ROWS = 1 << 16  # rows of a few bytes each would make one block millions of them


def read_batches(
    path: Path, dialect: Dialect, *, text_columns: Collection[int], missing: Sequence[int] = ()
) -> Iterator[RawBatch]:
    """Yield the data rows, those of a block or a part of it at a time.

    Args:
        path: a plain UTF-8 file.
        dialect: its delimiter, header and the place of its first data row.
        text_columns: positions of the columns that hardly repeat; all others come dictionary-encoded.
        missing: ascending numbers of data rows that an earlier step took out of the file.

    Raises:
        IrregularFileError: quotes are stray, or a record is too long, ends in surplus delimiters, or is one
            of too many that are ragged.
    """
    gaps = np.array(missing, np.int64) - np.arange(len(missing))
    records_before = 0
    parse = partial(_parse, dialect=dialect, text_columns=text_columns)
    for cells, invalid in map(parse, map(_with_own_mark, blocks(path, dialect))):
        records = records_before + 1 + np.arange(cells.num_rows + len(invalid))
        numbers = records + np.searchsorted(gaps, records, side="right")
        places = [row.number - 1 for row in invalid]
        yield from _batches(np.delete(numbers, places), cells, _ragged(numbers[places], invalid))
        del cells  # or they would be in memory beside the next
        records_before += len(records)


def _parse(
    block: memoryview | bytes, dialect: Dialect, text_columns: Collection[int]
) -> tuple[pa.RecordBatch, list[csv.InvalidRow]]:
    invalid: list[csv.InvalidRow] = []
    empty_ends = (dialect.delimiter, f'{dialect.delimiter}""')

    def set_aside(row: csv.InvalidRow) -> Literal["skip", "error"]:
        surplus = row.actual_columns > row.expected_columns and row.text.endswith(empty_ends)
        if surplus or len(invalid) >= MAX_REJECTED_ROWS:
            return "error"
        invalid.append(row)
        return "skip"

    try:
        table = csv.read_csv(
            pa.BufferReader(block),
            # One block and one thread, because only a serial reader knows a record's number.
            read_options=csv.ReadOptions(
                use_threads=False, block_size=len(block) + 1, column_names=_names(dialect)
            ),
            parse_options=csv.ParseOptions(
                delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=set_aside
            ),
            convert_options=_conversion(dialect, text_columns),
        )
    except pa.ArrowInvalid as error:
        raise IrregularFileError(str(error)) from error
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema), invalid


def _with_own_mark(block: memoryview) -> memoryview | bytes:
    """Put a byte order mark before a block whose first cell starts with one.

    Arrow drops a mark at the start of whatever it reads. The file's own mark stands before the header; one
    that a block starts with is part of a cell.
    """
    has_mark = bytes(block[: len(codecs.BOM_UTF8)]) == codecs.BOM_UTF8
    return codecs.BOM_UTF8 + block if has_mark else block


def _names(dialect: Dialect) -> list[str]:
    """Name the columns by their position, because headers may repeat."""
    return [str(place) for place in range(len(dialect.header))]


def _conversion(dialect: Dialect, text_columns: Collection[int]) -> csv.ConvertOptions:
    """Take cells as they are: the survey has seen to the encoding, and null words are for the cell rules."""
    repeating = pa.dictionary(pa.int32(), pa.string())
    types = {name: pa.string() if int(name) in text_columns else repeating for name in _names(dialect)}
    return csv.ConvertOptions(column_types=types, check_utf8=False, strings_can_be_null=False)


def _ragged(numbers: np.ndarray, invalid: list[csv.InvalidRow]) -> tuple[RejectedRow, ...]:
    rows = zip(numbers.tolist(), invalid, strict=True)
    return tuple(RejectedRow(number, "ragged", row.text) for number, row in rows)


def _batches(
    numbers: np.ndarray, cells: pa.RecordBatch, ragged: tuple[RejectedRow, ...]
) -> Iterator[RawBatch]:
    """Yield the rows, cut where they are too many, each part with dictionaries of its own."""
    if cells.num_rows <= _BATCH_ROWS:
        yield RawBatch(numbers, cells, ragged)
        return
    for start in range(0, cells.num_rows, _BATCH_ROWS):
        columns = [_own_dictionary(column) for column in cells.slice(start, _BATCH_ROWS).columns]
        part = pa.RecordBatch.from_arrays(columns, names=cells.schema.names)
        yield RawBatch(numbers[start : start + _BATCH_ROWS], part, () if start else ragged)


def _own_dictionary(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        return column.dictionary_decode().dictionary_encode()
    return column

"""Parses a regular UTF-8 file with Arrow, one block of whole records at a time."""

import codecs
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from tastetrend_etl.limits import MAX_REJECTED_ROWS
from tastetrend_etl.models import Dialect, RawBatch, RejectedRow
from tastetrend_etl.parse.line_buffer import BYTE_ORDER_MARK, lines_of
from tastetrend_etl.parse.multiline_cells import last_record_end, positions, suspect_records
from tastetrend_etl.parse.row_shape import RowShape, row_shape

BLOCK_BYTES = 6 << 20  # determines the memory of a run
_MAX_BLOCK_BYTES = 8 << 20  # the maximum length of a record
_BATCH_ROWS = 1 << 16  # a block of rows of a few bytes each has millions of them
_QUOTE, _LINE_FEED, _RETURN, _FIRST_OF_REPLACEMENT = b'"\n\r\xef'


class IrregularFileError(Exception):
    """Arrow cannot parse the records; csv_tolerant can."""


def read_batches(
    path: Path, dialect: Dialect, *, text_columns: Collection[int], missing: Sequence[int] = ()
) -> Iterator[RawBatch]:
    """Yield the data rows, at most a block at a time.

    Args:
        path: a clean UTF-8 file.
        dialect: its delimiter, header and data offset.
        text_columns: positions of the columns whose values hardly repeat; all others are dictionary-encoded.
        missing: ascending numbers of the data rows that an earlier step removed from the file.

    Raises:
        IrregularFileError: a quote is stray or unclosed, or a record is too long, ends in surplus
            delimiters, or is one of too many ragged ones.
    """
    gaps = np.array(missing, np.int64) - np.arange(len(missing))
    records_before = 0
    parse = partial(_parse, dialect=dialect, text_columns=text_columns)
    for cells, invalid, may_be_undecodable in map(parse, _read_blocks(path, dialect)):
        records = records_before + 1 + np.arange(cells.num_rows + len(invalid))
        source_rows = records + np.searchsorted(gaps, records, side="right")
        ragged = tuple(RejectedRow(int(source_rows[row.number - 1]), "ragged", row.text) for row in invalid)
        rows = np.delete(source_rows, [row.number - 1 for row in invalid])
        yield from _split(RawBatch(rows, cells, ragged, may_be_undecodable))
        del cells  # or they would be in memory beside the next
        records_before += len(records)


def _read_blocks(path: Path, dialect: Dialect) -> Iterator[memoryview]:
    """Yield blocks of the data rows' bytes, each of whole records.

    Arrow's own streaming reader would read 32 blocks ahead, and does not detect stray quotes.
    """
    shape = row_shape(dialect)
    with path.open("rb", buffering=0) as file:
        file.seek(dialect.data_offset)
        # Not a loop with a variable, which would keep each block in memory while it is processed.
        yield from iter(lambda: _next_block(file, shape), b"")


def _next_block(file: BinaryIO, shape: RowShape, size: int = BLOCK_BYTES) -> memoryview:
    """Return the whole records of the next block; nothing at the end of the file."""
    start = file.tell()
    block = file.read(size)
    if 0 < len(block) < size and not block.endswith((b"\n", b"\r")):
        block += b"\n"
    data = np.frombuffer(block, np.uint8)
    quotes = positions(data, _QUOTE)
    end = last_record_end(data, quotes)
    if block and not end and size == _MAX_BLOCK_BYTES:
        raise IrregularFileError("a record is longer than a block")
    file.seek(start + end)
    if block and not end:
        return _next_block(file, shape, _MAX_BLOCK_BYTES)
    records = memoryview(block)[:end]
    _check_quotes(data, quotes[: np.searchsorted(quotes, end)], records, shape)
    return records


def _field_boundaries(delimiter: str) -> np.ndarray:
    """Return a mask of the byte values, shape (256,): those that may be next to a quote, outside of it."""
    is_boundary = np.zeros(256, dtype=bool)
    is_boundary[[ord(delimiter), _LINE_FEED, _RETURN, _QUOTE]] = True
    return is_boundary


def _check_quotes(data: np.ndarray, quotes: np.ndarray, records: memoryview, shape: RowShape) -> None:
    """Check that every quote is where RFC 4180 allows it, and that no text is rows behind an unclosed one.

    Opening and closing quotes alternate. Before an opening one and after a closing one there is a delimiter,
    a line end, the start of the block or the other half of a doubled quote.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    preceded = opening[1:] if len(opening) and opening[0] == 0 else opening
    is_boundary = _field_boundaries(shape.delimiter)
    if not (is_boundary[data[preceded - 1]].all() and is_boundary[data[closing + 1]].all()):
        raise IrregularFileError("a quote is stray")
    suspects = suspect_records(records, quotes, shape) if any(shape.kinds) else ()
    if any(shape.swallows_rows(lines) for lines in suspects):
        raise IrregularFileError("a quote is not closed")


def _parse(
    block: memoryview, dialect: Dialect, text_columns: Collection[int]
) -> tuple[pa.RecordBatch, list[csv.InvalidRow], bool]:
    may_be_undecodable = _FIRST_OF_REPLACEMENT in cast("bytes", block.obj)  # a fraction of numpy's time
    if bytes(block[: len(codecs.BOM_UTF8)]) == codecs.BOM_UTF8:
        # It is part of a cell, since the file's own mark is before the header, but Arrow would drop it.
        block = memoryview(codecs.BOM_UTF8 + block)
    invalid: list[csv.InvalidRow] = []
    names = [str(position) for position in range(len(dialect.header))]  # because headers may repeat
    try:
        table = csv.read_csv(
            pa.BufferReader(block),
            # One block and one thread, because only a serial reader knows a record's number.
            csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            csv.ParseOptions(
                delimiter=dialect.delimiter,
                newlines_in_values=True,
                invalid_row_handler=partial(_set_aside, invalid, row_shape(dialect)),
            ),
            _convert_options(names, text_columns),
        )
    except pa.ArrowInvalid as error:
        raise IrregularFileError(str(error)) from error
    batches = table.to_batches()
    cells = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    cells = cells if dialect.format == "json" else _without_byte_order_marks(cells)
    return cells, invalid, may_be_undecodable


def _without_byte_order_marks(cells: pa.RecordBatch) -> pa.RecordBatch:
    """Remove the marks at the start of rows, where files were appended to one another."""
    column = cells[0]
    values = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if not pc.any(pc.starts_with(values, BYTE_ORDER_MARK)).as_py():
        return cells
    trimmed = pc.utf8_ltrim(column.cast(pa.string()), BYTE_ORDER_MARK).cast(column.type)
    return cells.set_column(0, cells.schema.names[0], trimmed)


def _set_aside(
    invalid: list[csv.InvalidRow], shape: RowShape, row: csv.InvalidRow
) -> Literal["skip", "error"]:
    ends = (shape.delimiter, f'{shape.delimiter}""')
    surplus = row.actual_columns > row.expected_columns and row.text.endswith(ends)
    lines = lines_of(row.text)
    readable = shape.unwrapped(row.text) or shape.joined(row.text)
    repairable = len(lines) > 1 and shape.swallows_rows(lines, ragged=True)
    if surplus or readable or repairable or len(invalid) >= MAX_REJECTED_ROWS:
        return "error"
    invalid.append(row)
    return "skip"


def _convert_options(names: list[str], text_columns: Collection[int]) -> csv.ConvertOptions:
    """Keep the cells as they are: the encoding is checked before, null values are replaced later."""
    repeating = pa.dictionary(pa.int32(), pa.string())
    types = {name: pa.string() if int(name) in text_columns else repeating for name in names}
    return csv.ConvertOptions(column_types=types, check_utf8=False, strings_can_be_null=False)


def _split(batch: RawBatch) -> Iterator[RawBatch]:
    """Yield the rows in parts that are not too large, each with dictionaries of its own."""
    if batch.cells.num_rows <= _BATCH_ROWS:
        yield batch
        return
    for start in range(0, batch.cells.num_rows, _BATCH_ROWS):
        columns = [_own_dictionary(column) for column in batch.cells.slice(start, _BATCH_ROWS).columns]
        part = pa.RecordBatch.from_arrays(columns, names=batch.cells.schema.names)
        rows, ragged = batch.source_rows[start : start + _BATCH_ROWS], () if start else batch.ragged
        yield replace(batch, source_rows=rows, cells=part, ragged=ragged)


def _own_dictionary(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        return column.dictionary_decode().dictionary_encode()
    return column

"""Streams a plain, regular file as Arrow record batches of text, setting ragged records aside."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tastetrend_etl.reading.rejects import MAX_ROWS
from tastetrend_etl.records import Dialect, RawBatch, RejectedRow

BLOCK_BYTES = 8 << 20  # sets the memory of a run, and the longest record that can be read
_BATCH_ROWS = 1 << 16  # rows of a few bytes each would make one block millions of them


class IrregularFileError(Exception):
    """Arrow cannot make the records out; a tolerant reader can."""


def read_batches(
    path: Path, dialect: Dialect, *, text_columns: Collection[int], missing: Sequence[int] = ()
) -> Iterator[RawBatch]:
    """Yield the data rows; the last batch may hold ragged records only.

    Args:
        path: a plain UTF-8 file whose quotes are regular.
        dialect: its delimiter and header.
        text_columns: positions of the columns that hardly repeat; all others come dictionary-encoded.
        missing: ascending numbers of data rows that an earlier step took out of the file.

    Raises:
        IrregularFileError: a record does not end within `BLOCK_BYTES`, ends in surplus delimiters, or is one
            of too many that are ragged.
    """
    if path.stat().st_size <= dialect.start:  # Arrow takes no empty file
        return
    ragged: list[RejectedRow] = []
    gone = list(missing)
    following = 1
    empty_ends = (dialect.delimiter, f'{dialect.delimiter}""')

    def set_aside(row: csv.InvalidRow) -> Literal["skip", "error"]:
        surplus = row.actual_columns > row.expected_columns and row.text.endswith(empty_ends)
        if surplus or len(gone) > MAX_ROWS:
            return "error"
        gone.append(row.number)
        ragged.append(RejectedRow(row.number, "ragged", row.text))
        return "skip"

    try:
        reader = _open(path, dialect, text_columns, set_aside)
        for cells in reader:
            for part in _parts(cells):
                rows, following = _number(following, part.num_rows, gone)
                yield RawBatch(rows, part, tuple(ragged))
                ragged.clear()
    except pa.ArrowInvalid as error:
        raise IrregularFileError(str(error)) from error
    if ragged:
        nothing = pa.RecordBatch.from_pylist([], schema=reader.schema)
        yield RawBatch(np.empty(0, np.int64), nothing, tuple(ragged))


def _open(
    path: Path,
    dialect: Dialect,
    text_columns: Collection[int],
    on_invalid: Callable[[csv.InvalidRow], Literal["skip", "error"]],
) -> csv.CSVStreamingReader:
    names = [str(place) for place in range(len(dialect.header))]
    repeating = pa.dictionary(pa.int32(), pa.string())
    types = {name: pa.string() if int(name) in text_columns else repeating for name in names}
    file = pa.OSFile(str(path))
    file.seek(dialect.start)
    return csv.open_csv(
        file,
        # One thread, because a record's number is only known to a serial reader.
        read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=on_invalid
        ),
        # The survey has seen to the encoding, and null words are the business of the cell rules.
        convert_options=csv.ConvertOptions(column_types=types, check_utf8=False, strings_can_be_null=False),
    )


def _parts(cells: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch of too many rows, each part with dictionaries of its own."""
    if cells.num_rows <= _BATCH_ROWS:
        yield cells
        return
    for start in range(0, cells.num_rows, _BATCH_ROWS):
        columns = [_own_dictionary(column) for column in cells.slice(start, _BATCH_ROWS).columns]
        yield pa.RecordBatch.from_arrays(columns, names=cells.schema.names)


def _own_dictionary(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        return column.dictionary_decode().dictionary_encode()
    return column


def _number(following: int, count: int, gone: list[int]) -> tuple[np.ndarray, int]:
    """Number `count` rows from `following` on, leaving out the rows that are gone."""
    end = following + count
    within = []
    for number in gone:
        if following <= number < end:
            within.append(number)
            end += 1
    rows = np.arange(following, end, dtype=np.int64)
    return (np.setdiff1d(rows, within, assume_unique=True) if within else rows), end

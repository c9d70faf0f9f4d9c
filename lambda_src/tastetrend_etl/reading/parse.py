"""Streams a plain, regular file as Arrow record batches of text, setting ragged records aside."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tastetrend_etl.records import Dialect, RawBatch, RejectedRow

BLOCK_BYTES = 8 << 20  # sets the memory of a run, and the longest record that can be read


class RecordTooLongError(Exception):
    """A record does not end within a block; only a tolerant reader can get past it."""


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
        RecordTooLongError: a record does not end within `BLOCK_BYTES`.
    """
    ragged: list[RejectedRow] = []
    gone = list(missing)
    following = 1

    def set_aside(row: csv.InvalidRow) -> Literal["skip"]:
        number = row.number - dialect.skipped
        gone.append(number)
        ragged.append(RejectedRow(number, "ragged", row.text))
        return "skip"

    try:
        reader = _open(path, dialect, text_columns, set_aside)
        for cells in reader:
            rows, following = _number(following, cells.num_rows, gone)
            yield RawBatch(rows, cells, tuple(ragged))
            ragged.clear()
    except pa.ArrowInvalid as error:
        raise RecordTooLongError(str(error)) from error
    if ragged:
        nothing = pa.RecordBatch.from_pylist([], schema=reader.schema)
        yield RawBatch(np.empty(0, np.int64), nothing, tuple(ragged))


def _open(
    path: Path,
    dialect: Dialect,
    text_columns: Collection[int],
    on_invalid: Callable[[csv.InvalidRow], Literal["skip"]],
) -> csv.CSVStreamingReader:
    names = [str(place) for place in range(len(dialect.header))]
    repeating = pa.dictionary(pa.int32(), pa.string())
    types = {name: pa.string() if int(name) in text_columns else repeating for name in names}
    return csv.open_csv(
        path,
        # One thread, because a record's number is only known to a serial reader.
        read_options=csv.ReadOptions(
            use_threads=False,
            block_size=BLOCK_BYTES,
            column_names=names,
            skip_rows_after_names=dialect.skipped,
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=on_invalid
        ),
        # The survey has seen to the encoding, and null words are the business of the cell rules.
        convert_options=csv.ConvertOptions(column_types=types, check_utf8=False, strings_can_be_null=False),
    )


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

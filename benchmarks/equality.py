"""Compares a contender's output with ours: what differs makes its time worthless."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SAMPLE_STEP = 97
_OWN_WAY = frozenset({"review_id", "source_file"})  # any 128 bits will do, as long as no two are equal


class DifferenceError(Exception):
    """The outputs differ."""


def check_equal(name: str, theirs: Path, ours: Path) -> None:
    """Compare columns, rows, aggregates of every column, and the values of every 97th row.

    Raises:
        DifferenceError: names the contender and the columns.
    """
    left, right = _read(theirs), _read(ours)
    if left.column_names != right.column_names or left.num_rows != right.num_rows:
        raise DifferenceError(f"{name}: {left.num_rows} rows of {left.column_names}, not {right.num_rows}")
    differing = list(_differences(left, right))
    if differing:
        raise DifferenceError(f"{name} differs in {'; '.join(differing)}")
    if pc.count_distinct(left["review_id"]).as_py() != left.num_rows:
        raise DifferenceError(f"{name}: some reviews share an id")


def _read(path: Path) -> pa.Table:
    return pq.read_table(path).sort_by("source_row")


def _differences(left: pa.Table, right: pa.Table) -> Iterator[str]:
    chosen = np.arange(0, left.num_rows, SAMPLE_STEP)
    for name in left.column_names:
        if name in _OWN_WAY:
            continue
        aggregates = [_aggregate(table[name]) for table in (left, right)]
        if not _close(*aggregates):
            yield f"{name}: {aggregates[0]}, not {aggregates[1]}"
        values = [
            [_plain(value) for value in table[name].take(chosen).to_pylist()] for table in (left, right)
        ]
        for row, pair in zip(chosen, zip(*values, strict=True), strict=True):
            if not _close(*pair):
                yield f"{name} of row {left['source_row'][row]}: {pair[0]!r}, not {pair[1]!r}"
                break


def _aggregate(column: pa.ChunkedArray) -> tuple[int, float]:
    """Return the number of nulls, and the sum of numbers, of lengths of texts, or of lengths of lists."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return column.null_count, pc.sum(pc.list_value_length(column)).as_py() or 0
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
        return column.null_count, float(np.asarray(column.drop_null()).astype(float).sum())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.null_count, pc.sum(column.cast(pa.float64())).as_py() or 0
    if pa.types.is_null(column.type):
        return column.null_count, 0
    return column.null_count, pc.sum(pc.utf8_length(column)).as_py() or 0


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _close(left: object, right: object) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return all(map(_close, left, right))
    if isinstance(left, int | float) and isinstance(right, int | float):
        return bool(np.isclose(left, right, rtol=1e-9, equal_nan=True))
    return left == right

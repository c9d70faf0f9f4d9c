"""Compares an engine's output with ours; a measurement counts only if they are equal."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SAMPLE_STEP = 97
_NOT_COMPARED = frozenset({"review_id", "source_file"})  # an engine may use any unique 128 bits


class OutputDifferenceError(Exception):
    """An engine's output is not the expected one."""


def check_equal(name: str, output: Path, reference: Path) -> None:
    """Compare columns, rows, aggregates of every column, and the values of every 97th row.

    Raises:
        OutputDifferenceError: columns, row count or values differ; it names the engine and the columns.
    """
    actual, expected = _read(output), _read(reference)
    if actual.column_names != expected.column_names or actual.num_rows != expected.num_rows:
        raise OutputDifferenceError(
            f"{name}: {actual.num_rows} rows of {actual.column_names}, not {expected.num_rows}"
        )
    differences = list(_differences(actual, expected))
    if differences:
        raise OutputDifferenceError(f"{name} differs in {'; '.join(differences)}")
    if pc.count_distinct(actual["review_id"]).as_py() != actual.num_rows:
        raise OutputDifferenceError(f"{name}: some reviews share an id")


def _read(path: Path) -> pa.Table:
    return pq.read_table(path).sort_by("source_row")


def _differences(actual: pa.Table, expected: pa.Table) -> Iterator[str]:
    sample = np.arange(0, actual.num_rows, SAMPLE_STEP)
    for name in actual.column_names:
        if name in _NOT_COMPARED:
            continue
        aggregates = [_aggregate(table[name]) for table in (actual, expected)]
        if not _close(*aggregates):
            yield f"{name}: {aggregates[0]}, not {aggregates[1]}"
        values = [
            [_plain(value) for value in table[name].take(sample).to_pylist()] for table in (actual, expected)
        ]
        for row, pair in zip(sample, zip(*values, strict=True), strict=True):
            if not _close(*pair):
                yield f"{name} of row {actual['source_row'][row]}: {pair[0]!r}, not {pair[1]!r}"
                break


def _aggregate(column: pa.ChunkedArray) -> tuple[int, float]:
    """Return the null count, and the sum of the numbers or of the lengths of texts or lists."""
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

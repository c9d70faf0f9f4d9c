"""Finds the columns that only number the rows of a file, as an export with an index has them."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, RawBatch
from tastetrend_etl.schema import ROW_NUMBER_NAMES
from tastetrend_etl.transform.select_fields import column_texts

ROW_NUMBER = r"^\d{1,15}$"
_NAME = re.compile("|".join(ROW_NUMBER_NAMES))
_FIRST_ROWS = 1_000
_MANY_ROWS = 20  # so many ascending numbers are no coincidence


def find_row_numbers(first: RawBatch, columns: ColumnMapping) -> frozenset[int]:
    """Return the positions of the columns whose name and first cells are those of a row number."""
    return frozenset(
        position
        for position in columns.extra
        if _NAME.fullmatch(columns.header[position].strip().lower())
        and _numbers_rows(first.cells[position].slice(0, _FIRST_ROWS), first.source_rows[:_FIRST_ROWS])
    )


def _numbers_rows(cells: pa.Array, source_rows: np.ndarray) -> bool:
    """Return whether the cells are whole numbers that count the rows, or ascend through many rows."""
    texts = pc.utf8_trim_whitespace(column_texts(cells))
    if not pc.all(pc.match_substring_regex(texts, ROW_NUMBER)).as_py():
        return False
    steps = np.diff(np.asarray(texts.cast(pa.int64())))
    ascending = len(texts) >= _MANY_ROWS and bool((steps > 0).all())
    return ascending or bool((steps == np.diff(source_rows)).all())

"""Finds the rows that are no reviews, and says why."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, Mask
from tastetrend_etl.schema import SUMMARY_ROW_PATTERN
from tastetrend_etl.transform.text import null_as_false

_BYTE_ORDER_MARK = "\ufeff"


def repeated_header(cells: pa.RecordBatch, columns: ColumnMapping) -> Mask:
    """Say which rows are the header again, as where exports were put one behind the other.

    A file that was appended to another brings its byte order mark along, before the first name and its quote.
    """
    rows = np.arange(cells.num_rows)
    for place, name in enumerate(columns.header):
        names = [name] if place else [name, f"{_BYTE_ORDER_MARK}{name}", f'{_BYTE_ORDER_MARK}"{name}"']
        rows = rows[_is_one_of(cells[place], names, rows)]
        if len(rows) == 0:
            break
    mask = np.zeros(cells.num_rows, bool)
    mask[rows] = True
    return mask


def totals(labels: pa.StringArray, silent: Mask) -> Mask:
    """Say which of the rows that say nothing of a visit are called total, average or the like.

    Args:
        labels: the cells that tell rows apart.
        silent: mask of the rows without a date and a text.
    """
    rows = np.flatnonzero(silent)
    mask = np.zeros(len(silent), bool)
    mask[rows] = null_as_false(pc.match_substring_regex(labels.take(pa.array(rows)), SUMMARY_ROW_PATTERN))
    return mask


def _is_one_of(column: pa.Array, names: list[str], rows: np.ndarray) -> Mask:
    known = pa.array(names)
    if isinstance(column, pa.DictionaryArray):
        same: Mask = np.asarray(pc.is_in(column.dictionary, known))[np.asarray(column.indices)[rows]]
    else:
        same = np.asarray(pc.is_in(column.take(pa.array(rows)), known))
    return same

"""A raw column as its distinct values, so that a rule runs once per value instead of once per row."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tastetrend_etl.models import Mask


@dataclass(frozen=True)
class DictionaryColumn:
    """The distinct values of a raw column and, for each row, the index of its value.

    A column whose values hardly repeat has no dictionary: each row is then a value of its own.

    Attributes:
        raw_values: the distinct cells as delivered.
        values: the same trimmed, null where missing.
        codes: int32, shape (rows,), or the slice of everything when each row is a value; it turns a numpy
            array with one entry per value into one with an entry per row.
    """

    raw_values: pa.StringArray
    values: pa.StringArray
    codes: np.ndarray | slice

    def missing(self) -> Mask:
        """Return the mask of the rows without a value."""
        missing: Mask = np.asarray(self.values.is_null())[self.codes]
        return missing

    def filter(self, rows: pa.BooleanArray) -> "DictionaryColumn":
        """Return the column of the chosen rows only."""
        if isinstance(self.codes, slice):
            return DictionaryColumn(self.raw_values.filter(rows), self.values.filter(rows), self.codes)
        return replace(self, codes=np.asarray(pa.array(self.codes).filter(rows)))

    def to_rows(self, values: pa.Array) -> pa.Array:
        """Return an array with an entry per row from one with an entry per distinct value."""
        return values if isinstance(self.codes, slice) else values.take(pa.array(self.codes))

    def to_dictionary(self, values: pa.StringArray) -> pa.DictionaryArray:
        """Return the same for strings, dictionary-encoded."""
        encoded = values.dictionary_encode()  # other cells may have become equal or null
        return pa.DictionaryArray.from_arrays(self.to_rows(encoded.indices), encoded.dictionary)

    def counts(self) -> np.ndarray:
        """Return the number of rows of each distinct value."""
        if isinstance(self.codes, slice):
            return np.ones(len(self.raw_values), np.int64)
        return np.bincount(self.codes, minlength=len(self.raw_values))


def map_distinct(
    column: pa.Array, rows: np.ndarray, rule: Callable[[pa.StringArray], pa.Array | np.ndarray]
) -> np.ndarray:
    """Apply a rule to the cells of a raw column in some rows (indices), once per dictionary entry."""
    if isinstance(column, pa.DictionaryArray):
        by_row: np.ndarray = np.asarray(rule(column.dictionary))[np.asarray(column.indices)[rows]]
        return by_row
    return np.asarray(rule(column.take(pa.array(rows))))

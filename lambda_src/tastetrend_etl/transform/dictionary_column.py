"""A delivered column as distinct values, so that a rule runs once a value and not once a row."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tastetrend_etl.transform.text import strip_and_nullify

_EVERY_ROW = slice(None)


@dataclass(frozen=True)
class DictionaryColumn:
    """A delivered column as its distinct values and, for each row, the place of its value.

    A column whose values hardly repeat comes without a dictionary: each row is then a value of its own.

    Attributes:
        delivered: the distinct cells as they came, and `values` the same cleaned, null where missing.
        indices: int32, one a row; None when each row is a value.
    """

    raw_values: pa.StringArray
    values: pa.StringArray
    indices: pa.Int32Array | None

    @property
    def codes(self) -> np.ndarray | slice:
        """Return what takes a numpy array of one entry a value to one entry a row."""
        return _EVERY_ROW if self.indices is None else np.asarray(self.indices)

    def missing(self) -> np.ndarray:
        """Return the mask of the rows without a value."""
        missing: np.ndarray = np.asarray(self.values.is_null())[self.codes]
        return missing

    def keep(self, rows: pa.BooleanArray) -> "DictionaryColumn":
        """Return the column of the chosen rows only."""
        if self.indices is None:
            return DictionaryColumn(self.raw_values.filter(rows), self.values.filter(rows), None)
        return DictionaryColumn(self.raw_values, self.values, self.indices.filter(rows))

    def to_rows(self, values: pa.Array) -> pa.Array:
        """Return one value a row from one a distinct cell."""
        return values if self.indices is None else values.take(self.indices)

    def to_dictionary(self, values: pa.StringArray) -> pa.DictionaryArray:
        """Return the same for texts, as a dictionary array, which parquet takes as it is."""
        codes = values.dictionary_encode()  # other cells may have become equal or null
        return pa.DictionaryArray.from_arrays(self.to_rows(codes.indices), codes.dictionary)

    def counts(self) -> np.ndarray:
        """Return how many rows hold each distinct cell."""
        if self.indices is None:
            return np.ones(len(self.raw_values), np.int64)
        return np.bincount(self.indices, minlength=len(self.raw_values))


def distinct(column: pa.StringArray | pa.DictionaryArray) -> DictionaryColumn:
    """Return a delivered column as distinct values where it was read as such, else as it is."""
    if isinstance(column, pa.DictionaryArray):
        return DictionaryColumn(column.dictionary, strip_and_nullify(column.dictionary), column.indices)
    return DictionaryColumn(column, strip_and_nullify(column), None)

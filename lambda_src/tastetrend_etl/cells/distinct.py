"""A delivered column as distinct values, so that a rule runs once a value and not once a row."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tastetrend_etl.cells import words

_EVERY_ROW = slice(None)


@dataclass(frozen=True)
class Distinct:
    """A delivered column as its distinct values and, for each row, the place of its value.

    A column whose values hardly repeat comes without a dictionary: each row is then a value of its own.

    Attributes:
        delivered: the distinct cells as they came, and `values` the same cleaned, null where missing.
        indices: int32, one a row; None when each row is a value.
    """

    delivered: pa.StringArray
    values: pa.StringArray
    indices: pa.Int32Array | None

    @property
    def places(self) -> np.ndarray | slice:
        """Return what takes a numpy array of one entry a value to one entry a row."""
        return _EVERY_ROW if self.indices is None else np.asarray(self.indices)

    def missing(self) -> np.ndarray:
        """Return the mask of the rows without a value."""
        missing: np.ndarray = np.asarray(self.values.is_null())[self.places]
        return missing

    def keep(self, rows: pa.BooleanArray) -> "Distinct":
        """Return the column of the chosen rows only."""
        if self.indices is None:
            return Distinct(self.delivered.filter(rows), self.values.filter(rows), None)
        return Distinct(self.delivered, self.values, self.indices.filter(rows))

    def spread(self, values: pa.Array) -> pa.Array:
        """Return one value a row from one a distinct cell."""
        return values if self.indices is None else values.take(self.indices)

    def encoded(self, values: pa.StringArray) -> pa.DictionaryArray:
        """Return the same for texts, as a dictionary array, which parquet takes as it is."""
        codes = values.dictionary_encode()  # other cells may have become equal or null
        return pa.DictionaryArray.from_arrays(self.spread(codes.indices), codes.dictionary)

    def counts(self) -> np.ndarray:
        """Return how many rows hold each distinct cell."""
        if self.indices is None:
            return np.ones(len(self.delivered), np.int64)
        return np.bincount(self.indices, minlength=len(self.delivered))


def distinct(column: pa.StringArray | pa.DictionaryArray) -> Distinct:
    """Return a delivered column as distinct values where it was read as such, else as it is."""
    if isinstance(column, pa.DictionaryArray):
        return Distinct(column.dictionary, words.cleaned(column.dictionary), column.indices)
    return Distinct(column, words.cleaned(column), None)

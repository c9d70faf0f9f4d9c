"""A delivered column as distinct values, so that a rule runs once a value and not once a row."""

import numpy as np
import pyarrow as pa

from tastetrend_etl.cells import words


class Distinct:
    """A delivered column as its distinct values and, for each row, the place of its value.

    Attributes:
        delivered: the distinct cells as they came, and `values` the same cleaned, null where missing.
        places: int32, shape (rows,).
    """

    def __init__(self, column: pa.DictionaryArray) -> None:
        self.delivered: pa.StringArray = column.dictionary
        self.values = words.cleaned(self.delivered)
        self.indices = column.indices
        self.places = np.asarray(column.indices)

    def spread(self, values: pa.Array) -> pa.Array:
        """Return one value a row from one a distinct cell."""
        return values.take(self.indices)

    def counts(self) -> np.ndarray:
        """Return how many rows hold each distinct cell."""
        return np.bincount(self.places, minlength=len(self.delivered))

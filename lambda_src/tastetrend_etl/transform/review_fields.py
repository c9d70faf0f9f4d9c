"""The cells of a batch of reviews, by field, before any rule but trimming has been applied."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping
from tastetrend_etl.transform import select_fields
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.text import null_as_false, strip_and_nullify, strip_control_chars

_ON_THEIR_OWN = frozenset({"source_review_id", "review_text"})


@dataclass(frozen=True)
class ReviewFields:
    """Some rows, each field as a column of its own.

    Attributes:
        fields: field → column, for every field but the id and the text; none is absent.
        ids: the ids as delivered.
        text: the texts cleaned, null where missing, without control characters.
        controls: mask of the texts that had some.
    """

    fields: Mapping[str, DictionaryColumn]
    ids: pa.StringArray
    text: pa.StringArray
    controls: np.ndarray

    @property
    def empty(self) -> np.ndarray:
        """Return the mask of the rows that have neither a rating nor a text."""
        rating = self.fields["rating"]
        unrated: np.ndarray = np.asarray(pc.is_null(rating.values))[rating.codes]
        textless = null_as_false(pc.is_null(self.text))
        both: np.ndarray = unrated & textless
        return both

    def keep(self, rows: np.ndarray) -> "ReviewFields":
        """Return the chosen rows only."""
        if rows.all():
            return self
        mask = pa.array(rows)
        fields = {name: column.keep(mask) for name, column in self.fields.items()}
        return ReviewFields(fields, self.ids.filter(mask), self.text.filter(mask), self.controls[rows])


def delivered(batch: pa.RecordBatch, columns: ColumnMapping) -> ReviewFields:
    """Return the cells of a raw batch."""
    text, controls = strip_control_chars(select_fields.texts(batch, columns, "review_text"))
    return ReviewFields(
        fields={
            field: select_fields.column(batch, columns, field)
            for field in schema.SYNONYMS
            if field not in _ON_THEIR_OWN
        },
        ids=select_fields.texts(batch, columns, "source_review_id"),
        text=strip_and_nullify(text),
        controls=controls,
    )

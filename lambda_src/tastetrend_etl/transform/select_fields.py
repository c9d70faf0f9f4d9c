"""Step 1: selects the cells of each field from the raw columns that hold it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping, Mask, RawBatch
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.text import as_bytes, strip_control_chars

_PLAIN_FIELDS = frozenset({"source_review_id", "review_text"})  # their values hardly repeat
_MAX_NULL_LENGTH = max(map(len, schema.NULL_VALUES))
_NULLS = pa.array(schema.NULL_SPELLINGS)


@dataclass(frozen=True)
class ReviewFields:
    """The cells of some rows by field.

    Attributes:
        source_rows: int64, shape (rows,): the 1-based data row numbers.
        columns: field → column, for every field but the id and the text, even if the file lacks it.
        rating_origin: int, shape (rows,), as `field_origin` returns it.
        ids: the source's ids as delivered, empty where the file has none.
        text: the review texts without control characters, trimmed, null where missing.
        had_control_chars: mask of the texts that had some.
        extra: the cells of a row's unknown columns as one JSON object, null when all are empty.
    """

    source_rows: np.ndarray
    columns: Mapping[str, DictionaryColumn]
    rating_origin: np.ndarray | None
    ids: pa.StringArray
    text: pa.StringArray
    had_control_chars: Mask
    extra: pa.StringArray

    @cached_property
    def text_bytes(self) -> list[bytes | None]:
        """Return the texts as Python's bytes, which keep their hash."""
        return as_bytes(self.text)

    def filter(self, rows: Mask) -> "ReviewFields":
        """Return the chosen rows only."""
        if rows.all():
            return self
        mask = pa.array(rows)
        return ReviewFields(
            source_rows=self.source_rows[rows],
            columns={name: column.filter(mask) for name, column in self.columns.items()},
            rating_origin=None if self.rating_origin is None else self.rating_origin[rows],
            ids=self.ids.filter(mask),
            text=self.text.filter(mask),
            had_control_chars=self.had_control_chars[rows],
            extra=self.extra.filter(mask),
        )


def select_fields(raw: RawBatch, columns: ColumnMapping) -> ReviewFields:
    """Return the cells of a batch of reviews by field."""
    text, had_control_chars = strip_control_chars(field_texts(raw.cells, columns, "review_text"))
    text = _strip_and_nullify(text, columns.source.null_words)
    fields = (field for field in schema.SYNONYMS if field not in _PLAIN_FIELDS)
    return ReviewFields(
        source_rows=raw.source_rows,
        columns={field: field_column(raw.cells, columns, field) for field in fields},
        rating_origin=field_origin(raw.cells, columns, "rating"),
        ids=field_texts(raw.cells, columns, "source_review_id"),
        text=text,
        had_control_chars=had_control_chars,
        extra=_extra(raw.cells, columns),
    )


def field_column(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> DictionaryColumn:
    """Return a field's cells as distinct values, each row empty if the file lacks the field."""
    return _distinct(_raw_column(cells, columns, field), columns.source.null_words)


def field_texts(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> pa.StringArray:
    """Return the same as raw strings."""
    return column_texts(_raw_column(cells, columns, field))


def field_origin(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> np.ndarray | None:
    """Return the number of the field's column, from 0, that a row's cell is from; None if it has only one."""
    first, *others = columns.fields.get(field, (0,))
    if not others:
        return None
    origin = np.zeros(cells.num_rows, np.int16)
    missing = np.asarray(_strip_and_nullify(column_texts(cells[first])).is_null())
    for number, place in enumerate(others, 1):
        present = np.asarray(_strip_and_nullify(column_texts(cells[place])).is_valid())
        origin[missing & present] = number
        missing &= ~present
    return origin


def column_texts(column: pa.Array) -> pa.StringArray:
    """Return a raw column without its dictionary."""
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def constant(value: str, rows: int) -> pa.DictionaryArray:
    """Return the same value for every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])


def is_missing(values: pa.StringArray, null_words: tuple[str, ...]) -> Mask:
    """Return the mask of the values that are empty, a null value such as `n/a` or a null word."""
    missing: Mask = np.asarray(_strip_and_nullify(values, null_words).is_null())
    return missing


def _raw_column(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> pa.Array:
    """Return a field's column; where several hold it, the first cell of each row that is not missing."""
    places = columns.fields.get(field, ())
    column = cells[places[0]] if places else constant("", cells.num_rows)
    for place in places[1:]:
        column = column_texts(column)
        column = pc.if_else(pc.is_null(_strip_and_nullify(column)), column_texts(cells[place]), column)
    return column


def _distinct(
    column: pa.StringArray | pa.DictionaryArray, null_words: tuple[str, ...] = ()
) -> DictionaryColumn:
    if isinstance(column, pa.DictionaryArray):
        values = column.dictionary
        return DictionaryColumn(values, _strip_and_nullify(values, null_words), np.asarray(column.indices))
    return DictionaryColumn(column, _strip_and_nullify(column, null_words), slice(None))


def _strip_and_nullify(values: pa.StringArray, null_words: tuple[str, ...] = ()) -> pa.StringArray:
    """Trim all Unicode white space; what is then empty or a null value such as `n/a` becomes null.

    So do the words of the file's source, given in lower case.
    """
    trimmed = pc.utf8_trim_whitespace(values)
    # Only short values are looked up: to look a text up is to hash all of it.
    longest = max((_MAX_NULL_LENGTH, *(len(word.encode()) for word in null_words)))
    short = np.flatnonzero(np.asarray(pc.binary_length(trimmed)) <= longest)
    candidates = trimmed.take(pa.array(short))
    is_null = pc.is_in(candidates, value_set=_NULLS)
    if null_words:
        is_null = pc.or_(is_null, pc.is_in(pc.utf8_lower(candidates), value_set=pa.array(null_words)))
    missing = short[np.asarray(is_null)]
    if len(missing) == 0:
        return trimmed
    valid = np.array(trimmed.is_valid())
    valid[missing] = False
    _, offsets, data = trimmed.buffers()  # a new validity bitmap spares a copy of all texts
    return pa.StringArray.from_buffers(len(trimmed), offsets, data, pa.array(valid).buffers()[1])


def _extra(cells: pa.RecordBatch, columns: ColumnMapping) -> pa.StringArray:
    shared = {  # once a field, since joining its columns takes time for each of them
        place: used
        for field, (_, *others) in columns.fields.items()
        if others
        for used in [field_texts(cells, columns, field)]
        for place in others
    }
    members = [
        _json_members(
            name, _distinct(_unused_cells(cells[place], shared.get(place)), columns.source.null_words)
        )
        for place, name in columns.extra.items()
    ]
    if not members:
        return pa.nulls(cells.num_rows, pa.string())
    # Not joined with "," and nulls skipped: Arrow then leaves out the rows that have nothing but nulls.
    joined = pc.binary_join_element_wise(*members, "")
    wrapped = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 1), "}", "")
    return pc.if_else(pc.equal(joined, ""), None, wrapped)


def _unused_cells(column: pa.Array, used: pa.StringArray | None) -> pa.Array:
    """Return a raw column without the cells that its field, if it has one, has taken."""
    if used is None:
        return column
    own = column_texts(column)
    same = pc.equal(pc.utf8_trim_whitespace(own), pc.utf8_trim_whitespace(used))
    return pc.if_else(same, "", own)


def _json_members(name: str, column: DictionaryColumn) -> pa.StringArray:
    """Return `,"name":"value"` for each row, empty where the value is missing."""
    key = json.dumps(name, ensure_ascii=False)
    encoded = [
        "" if value is None else f",{key}:{json.dumps(value, ensure_ascii=False)}"
        for value in column.values.to_pylist()
    ]
    return column.to_rows(pa.array(encoded, pa.string()))

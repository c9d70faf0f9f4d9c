"""Collects the cells of each field from the raw columns that hold it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, Mask, RawBatch, RejectedRow
from tastetrend_etl.transform.dictionary_column import DictionaryColumn, distinct
from tastetrend_etl.transform.text import strip_and_nullify


def texts(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> pa.StringArray:
    """Return a field's delivered cells; where several columns hold it, the first that says something."""
    places = columns.fields.get(field, ())
    if not places:
        return constant("", cells.num_rows).dictionary_decode()
    first, *others = (_text(cells, place) for place in places)
    for other in others:
        first = pc.if_else(pc.is_null(strip_and_nullify(first)), other, first)
    return first


def column(cells: pa.RecordBatch, columns: ColumnMapping, field: str) -> DictionaryColumn:
    """Return the same as distinct values, where one column that repeats holds them or none does."""
    places = columns.fields.get(field, ())
    if not places:
        return distinct(constant("", cells.num_rows))
    return distinct(cells[places[0]] if len(places) == 1 else texts(cells, columns, field))


def unknown(cells: pa.RecordBatch, columns: ColumnMapping) -> pa.StringArray:
    """Return each row's unknown columns as one JSON object, null when all of them are empty."""
    members = [_members(name, distinct(cells[place])) for place, name in columns.extra.items()]
    if not members:
        return pa.nulls(cells.num_rows, pa.string())
    # Not joined with "," and nulls skipped: Arrow then leaves out the rows that have nothing but nulls.
    joined = pc.binary_join_element_wise(*members, "")
    wrapped = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 1), "}", "")
    return pc.if_else(pc.equal(joined, ""), None, wrapped)


def labels(cells: pa.RecordBatch, columns: ColumnMapping) -> pa.StringArray:
    """Return the cells that tell rows apart: the ids, or what stands first when there are none."""
    return _text(cells, columns.fields.get("source_review_id", (0,))[0])


def rejected(raw: RawBatch, unfit: Mapping[str, Mask]) -> list[RejectedRow]:
    """Return the rows of a batch that are no reviews, their cells written as one line of CSV.

    Args:
        raw: the batch.
        unfit: reason → mask of its rows.
    """
    return [row for reason, mask in unfit.items() if mask.any() for row in _rejected(raw, mask, reason)]


def _rejected(raw: RawBatch, mask: Mask, reason: str) -> Iterator[RejectedRow]:
    rows = np.flatnonzero(mask)
    chosen = raw.cells.take(pa.array(rows))
    cells = (_text(chosen, place).to_numpy(zero_copy_only=False) for place in range(chosen.num_columns))
    for number, row in zip(raw.source_rows[rows].tolist(), zip(*cells, strict=True), strict=True):
        yield RejectedRow(number, reason, _line(row))


def constant(value: str, rows: int) -> pa.DictionaryArray:
    """Return the same text for every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _text(cells: pa.RecordBatch, place: int) -> pa.StringArray:
    column = cells[place]
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def _members(name: str, column: DictionaryColumn) -> pa.StringArray:
    """Return one column's members of the objects, a comma before each; empty where it has no value."""
    key = json.dumps(name, ensure_ascii=False)
    encoded = [
        "" if text is None else f",{key}:{json.dumps(text, ensure_ascii=False)}"
        for text in column.values.to_pylist()
    ]
    return column.to_rows(pa.array(encoded, pa.string()))

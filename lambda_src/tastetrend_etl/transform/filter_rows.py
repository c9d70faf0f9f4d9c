"""Step 2: rejects the rows that are no reviews."""

import re
from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import SUMMARY_COLUMNS
from tastetrend_etl.models import ColumnMapping, Mask, RawBatch, RejectedRow
from tastetrend_etl.schema import NULL_VALUES, SUMMARY_ID_PATTERN, SUMMARY_LABEL_PATTERN
from tastetrend_etl.transform.dictionary_column import DictionaryColumn, map_distinct
from tastetrend_etl.transform.select_fields import ReviewFields, column_texts

_NULLS = pa.array(NULL_VALUES)
_FIELDS_OF_WORDS = ("rating", "review_text", "age_range", "gender", "ethnicity")
_MAX_ADDED_BYTES = 16  # of spaces and punctuation around a column name
_SPECIAL = r'[",\r\n]'


def filter_rows(
    fields: ReviewFields, raw: RawBatch, columns: ColumnMapping
) -> tuple[Mask, list[RejectedRow]]:
    """Return the mask of the rows that can be reviews, and the other rows; none has two reasons."""
    header = repeated_header(raw.cells, columns)
    textless = np.asarray(pc.is_null(fields.text))
    summary = _summary_rows(fields, raw.cells, columns) & ~header
    blank = textless & fields.columns["rating"].missing() & ~header & ~summary
    rejection_masks = {"repeated_header": header, "not_a_review": summary, "empty_row": blank}
    return ~(header | summary | blank), rejected_rows(raw, rejection_masks)


def repeated_header(cells: pa.RecordBatch, columns: ColumnMapping) -> Mask:
    """Return the mask of the rows that repeat the header, as in exports that were concatenated.

    The names may be in another case or have other spaces and punctuation, unless there is only one: a text
    may be `Review!`.
    """
    rows = np.arange(cells.num_rows)
    is_name = _is_similar_name if sum(map(bool, map(_normalize, columns.header))) > 1 else _is_same_name
    # Beginning with the fewest distinct values, which nearly always settle it.
    for place in sorted(range(cells.num_columns), key=lambda place: _distinct_count(cells[place])):
        rows = rows[map_distinct(cells[place], rows, partial(is_name, name=columns.header[place]))]
        if len(rows) == 0:
            break
    mask = np.zeros(cells.num_rows, bool)
    mask[rows] = True
    return mask


def _distinct_count(column: pa.Array) -> int:
    return len(column.dictionary if isinstance(column, pa.DictionaryArray) else column)


def _is_same_name(cells: pa.StringArray, name: str) -> Mask:
    return np.asarray(pc.equal(cells, name))


def _is_similar_name(cells: pa.StringArray, name: str) -> Mask:
    normal, mask = _normalize(name), _is_same_name(cells, name).copy()
    length = np.asarray(pc.binary_length(cells))
    if normal:
        similar = np.flatnonzero((length >= len(normal)) & (length <= len(name.encode()) + _MAX_ADDED_BYTES))
        mask[similar] = [_normalize(cell) == normal for cell in cells.take(pa.array(similar)).to_pylist()]
    else:
        mask |= length == 0
    return mask


def _normalize(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


def rejected_rows(raw: RawBatch, rejection_masks: Mapping[str, Mask]) -> list[RejectedRow]:
    """Return the rows of the masks (reason → mask), their cells as a line of CSV."""
    reasons = np.select(list(rejection_masks.values()), range(1, len(rejection_masks) + 1))
    rows = np.flatnonzero(reasons)
    names = [list(rejection_masks)[reason - 1] for reason in reasons[rows]]
    lines = csv_lines(raw.cells, rows).to_pylist() if names else []
    return list(map(RejectedRow, raw.source_rows[rows].tolist(), names, lines))


def csv_lines(cells: pa.RecordBatch, rows: np.ndarray) -> pa.StringArray:
    """Return some rows (indices) as lines of CSV."""
    texts = [_quoted(column_texts(column.take(pa.array(rows)))) for column in cells]
    if len(texts) == 1:
        return pc.if_else(pc.equal(texts[0], ""), '""', texts[0])
    return pc.binary_join_element_wise(*texts, ",")


def _quoted(cells: pa.StringArray) -> pa.StringArray:
    special = pc.match_substring_regex(cells, _SPECIAL)
    if not pc.any(special).as_py():
        return cells
    doubled = pc.replace_substring(cells.filter(special), '"', '""')
    return pc.replace_with_mask(cells, special, pc.binary_join_element_wise('"', doubled, '"', ""))


def _summary_rows(fields: ReviewFields, cells: pa.RecordBatch, columns: ColumnMapping) -> Mask:
    """Return the mask of the rows with neither text nor date whose first cell is `total` or the like.

    The id is looked at first, then the first columns, but not those in which such a word may be a review's
    own: a rating may be `average`.
    """
    places = _label_places(columns)
    rows = _dateless(fields.columns["review_date"], np.flatnonzero(np.asarray(pc.is_null(fields.text))))
    mask = np.zeros(cells.num_rows, bool)
    for place, pattern in places.items():
        if len(rows) == 0:
            break
        labels = pc.utf8_trim_whitespace(column_texts(cells[place].take(pa.array(rows))))
        mask[rows] = pc.match_substring_regex(labels, pattern)
        rows = rows[np.asarray(pc.is_in(pc.utf8_lower(labels), value_set=_NULLS))]
    return mask


def _label_places(columns: ColumnMapping) -> dict[int, str]:
    """Return the positions of the columns that may name a total, in the order in which they do → pattern."""
    ids = columns.fields.get("source_review_id", ())[:1]
    own_words = {place for field in _FIELDS_OF_WORDS for place in columns.fields.get(field, ())}
    others = (place for place in range(len(columns.header))[:SUMMARY_COLUMNS] if place not in own_words)
    return dict.fromkeys(ids, SUMMARY_ID_PATTERN) | dict.fromkeys(
        (place for place in others if place not in ids), SUMMARY_LABEL_PATTERN
    )


def _dateless(dates: DictionaryColumn, rows: np.ndarray) -> np.ndarray:
    """Return those of the rows (indices) without a date, or with the name of a total in its place."""
    values = dates.to_rows(dates.values).take(pa.array(rows))
    dateless: np.ndarray = rows[
        np.asarray(pc.fill_null(pc.match_substring_regex(values, SUMMARY_LABEL_PATTERN), True))
    ]
    return dateless

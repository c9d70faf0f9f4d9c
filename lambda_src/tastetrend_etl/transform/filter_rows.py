"""Step 2: rejects the rows that are no reviews."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, Mask, RawBatch, RejectedRow
from tastetrend_etl.schema import SUMMARY_ROW_PATTERN
from tastetrend_etl.transform.dictionary_column import map_distinct
from tastetrend_etl.transform.select_fields import ReviewFields, column_texts

_BYTE_ORDER_MARK = "\ufeff"
_SPECIAL = r'[",\r\n]'


def filter_rows(
    fields: ReviewFields, raw: RawBatch, columns: ColumnMapping
) -> tuple[Mask, list[RejectedRow]]:
    """Return the mask of the rows that can be reviews, and the other rows; none has two reasons."""
    header = repeated_header(raw.cells, columns)
    textless = np.asarray(pc.is_null(fields.text))
    labels = column_texts(raw.cells[columns.fields.get("source_review_id", (0,))[0]])
    summary = _is_summary_row(labels, textless & fields.columns["review_date"].missing()) & ~header
    blank = textless & fields.columns["rating"].missing() & ~header & ~summary
    rejection_masks = {"repeated_header": header, "not_a_review": summary, "empty_row": blank}
    return ~(header | summary | blank), rejected_rows(raw, rejection_masks)


def repeated_header(cells: pa.RecordBatch, columns: ColumnMapping) -> Mask:
    """Return the mask of the rows that repeat the header, as in exports that were concatenated.

    An appended file brings its byte order mark along, before the first name and its quote.
    """
    rows = np.arange(cells.num_rows)
    for place, name in enumerate(columns.header):
        names = [name] if place else [name, f"{_BYTE_ORDER_MARK}{name}", f'{_BYTE_ORDER_MARK}"{name}"']
        rows = rows[map_distinct(cells[place], rows, partial(pc.is_in, value_set=pa.array(names)))]
        if len(rows) == 0:
            break
    mask = np.zeros(cells.num_rows, bool)
    mask[rows] = True
    return mask


def rejected_rows(raw: RawBatch, rejection_masks: Mapping[str, Mask]) -> list[RejectedRow]:
    """Return the rows of the masks (reason → mask), their cells as a line of CSV."""
    return [
        RejectedRow(source_row, reason, line)
        for reason, mask in rejection_masks.items()
        if mask.any()
        for source_row, line in zip(
            raw.source_rows[mask].tolist(),
            csv_lines(raw.cells, np.flatnonzero(mask)).to_pylist(),
            strict=True,
        )
    ]


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


def _is_summary_row(labels: pa.StringArray, candidates: Mask) -> Mask:
    """Return the mask of the candidates whose label is `total` or the like."""
    mask = candidates.copy()
    mask[candidates] = pc.match_substring_regex(labels.filter(pa.array(candidates)), SUMMARY_ROW_PATTERN)
    return mask

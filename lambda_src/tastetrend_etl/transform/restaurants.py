"""Takes a batch of raw restaurant facts to the rows of the reference dataset."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.limits import MAX_REVIEWS, MAX_STARS
from tastetrend_etl.models import ColumnMapping, RawBatch, TransformedBatch
from tastetrend_etl.transform import numbers, select_fields
from tastetrend_etl.transform.deduplicate import Deduplicator
from tastetrend_etl.transform.filter_rows import repeated_header
from tastetrend_etl.transform.issues import issue_lists
from tastetrend_etl.transform.review_id import as_bytes, combine_hashes, hash64


def transform_restaurants(
    raw: RawBatch, columns: ColumnMapping, register: Deduplicator, source_file: str
) -> TransformedBatch:
    """Return the restaurants of a batch, and what became of rows that name none or repeat one."""
    name, address = (_text(raw, columns, field) for field in ("restaurant_name", "address"))
    header = repeated_header(raw.cells, columns)
    nameless = np.asarray(pc.is_null(name)) & ~header
    fit = ~nameless & ~header
    cells = [select_fields.texts(raw.cells, columns, field) for field in schema.RESTAURANT_INFO_COLUMNS]
    repeated = register.mark_duplicates(combine_hashes(*(hash64(as_bytes(column)) for column in cells)), fit)
    stars, stars_given = _number(raw, columns, "avg_stars")
    reviews, reviews_given = _number(raw, columns, "total_reviews")
    stars_fit = (stars >= 0) & (stars <= MAX_STARS)
    reviews_fit = (reviews >= 0) & (reviews <= MAX_REVIEWS) & (reviews == np.floor(reviews))
    issues = {
        "avg_stars_invalid": stars_given & ~stars_fit,
        "total_reviews_invalid": reviews_given & ~reviews_fit,
    }
    batch = pa.RecordBatch.from_arrays(
        [
            name,
            address,
            pa.array(stars, mask=~stars_fit),
            pa.array(np.where(reviews_fit, reviews, 0).astype(np.int64), mask=~reviews_fit),
            select_fields.constant(source_file, len(name)),
            pa.array(raw.source_rows),
            issue_lists(issues, len(name)),
        ],
        schema.RESTAURANTS.names,
    )
    kept = fit & ~repeated
    return TransformedBatch(
        batch=batch.filter(pa.array(kept)),
        issues={code: mask[kept] for code, mask in issues.items()},
        rejected=[
            *raw.ragged,
            *select_fields.rejected(raw, {"repeated_header": header, "empty_row": nameless}),
        ],
        duplicates=raw.source_rows[repeated],
    )


def _text(raw: RawBatch, columns: ColumnMapping, field: str) -> pa.StringArray:
    column = select_fields.column(raw.cells, columns, field)
    return column.to_dictionary(column.values)


def _number(raw: RawBatch, columns: ColumnMapping, field: str) -> tuple[np.ndarray, np.ndarray]:
    """Return float64 a row, NaN where unreadable, and the mask of rows where something was delivered."""
    column = select_fields.column(raw.cells, columns, field)
    given = np.asarray(pc.is_valid(column.values))
    return numbers.read_numbers(column.values)[column.codes], given[column.codes]

"""Takes a batch of raw restaurant facts to the rows of the reference dataset."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.cells import numbers
from tastetrend_etl.records import Columns, RawBatch, Ready
from tastetrend_etl.rows import collect
from tastetrend_etl.rows.identity import as_bytes, hashed, hashed_rows
from tastetrend_etl.rows.issues import issue_lists
from tastetrend_etl.rows.register import Register
from tastetrend_etl.rows.strangers import repeated_header

MAX_STARS = 5.0
MAX_REVIEWS = 10**9


def read_restaurants(raw: RawBatch, columns: Columns, register: Register, source_file: str) -> Ready:
    """Return the restaurants of a batch, and what became of rows that name none or repeat one."""
    name, address = (_text(raw, columns, field) for field in ("restaurant_name", "address"))
    header = repeated_header(raw.cells, columns)
    nameless = np.asarray(pc.is_null(name)) & ~header
    fit = ~nameless & ~header
    cells = [collect.texts(raw.cells, columns, field) for field in schema.RESTAURANT_INFO_COLUMNS]
    repeated = register.find_repeats(hashed_rows(*(hashed(as_bytes(column)) for column in cells)), fit)
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
            collect.constant(source_file, len(name)),
            pa.array(raw.source_rows),
            issue_lists(issues, len(name)),
        ],
        schema.RESTAURANTS.names,
    )
    kept = fit & ~repeated
    return Ready(
        batch=batch.filter(pa.array(kept)),
        issues={code: mask[kept] for code, mask in issues.items()},
        rejected=[*raw.ragged, *collect.rejected(raw, {"repeated_header": header, "empty_row": nameless})],
        duplicates=raw.source_rows[repeated],
    )


def _text(raw: RawBatch, columns: Columns, field: str) -> pa.StringArray:
    column = collect.column(raw.cells, columns, field)
    return column.encoded(column.values)


def _number(raw: RawBatch, columns: Columns, field: str) -> tuple[np.ndarray, np.ndarray]:
    """Return float64 a row, NaN where unreadable, and the mask of rows where something was delivered."""
    column = collect.column(raw.cells, columns, field)
    given = np.asarray(pc.is_valid(column.values))
    return numbers.read_numbers(column.values)[column.places], given[column.places]

"""Transforms a batch of raw restaurant facts to rows of the reference dataset."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.limits import MAX_REVIEWS, MAX_STARS
from tastetrend_etl.models import ColumnMapping, Mask, RawBatch, TransformedBatch
from tastetrend_etl.transform.deduplicate import (
    Deduplicator,
    combine_hashes,
    duplicate_rows,
    hash_cells,
)
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.filter_rows import rejected_rows, repeated_header
from tastetrend_etl.transform.numbers import parse_numbers
from tastetrend_etl.transform.select_fields import column_texts, field_column, field_texts
from tastetrend_etl.transform.standardize import Standardized
from tastetrend_etl.transform.text import undecodable_rows
from tastetrend_etl.transform.transform_reviews import assemble, reading_issues


def transform_restaurants(
    raw: RawBatch, columns: ColumnMapping, deduplicator: Deduplicator, source_file: str
) -> TransformedBatch:
    """Return the restaurants of a batch; rows without a name are rejected, repeated rows left out."""
    header = repeated_header(raw.cells, columns)
    nameless = field_column(raw.cells, columns, "restaurant_name").missing() & ~header
    candidates = ~(header | nameless)
    cells = [pc.utf8_trim_whitespace(column_texts(column)) for column in raw.cells]
    keys = combine_hashes(*map(hash_cells, cells))
    undecodable = undecodable_rows(cells, ())
    duplicate_of = deduplicator.first_rows(keys, candidates & ~undecodable, raw.source_rows)
    kept = candidates & (duplicate_of == 0)
    standardized = _standardize(raw, columns)
    alike = deduplicator.mark_alike(keys, kept & undecodable)
    issues = {**standardized.issues, "possible_duplicate": alike}
    rejected = rejected_rows(raw, {"repeated_header": header, "empty_row": nameless})
    return assemble(
        Standardized(
            {field: values.filter(pa.array(kept)) for field, values in standardized.columns.items()},
            {code: mask[kept] for code, mask in issues.items()},
        ),
        schema.RESTAURANTS,
        raw.source_rows[kept],
        source_file,
        [*raw.ragged, *rejected],
        duplicate_rows(raw, duplicate_of),
    )


def _standardize(raw: RawBatch, columns: ColumnMapping) -> Standardized:
    """Return the facts and the issues of all rows."""
    name, address, stars, reviews = (
        field_column(raw.cells, columns, field) for field in schema.RESTAURANT_INFO_COLUMNS
    )
    avg_stars, stars_invalid = _number(stars, MAX_STARS)
    total_reviews, reviews_invalid = _number(reviews, MAX_REVIEWS, whole=True)
    texts = [field_texts(raw.cells, columns, field) for field in ("restaurant_name", "address")]
    return Standardized(
        columns={
            "restaurant_name": name.to_dictionary(name.values),
            "address": address.to_dictionary(address.values),
            "avg_stars": avg_stars,
            "total_reviews": total_reviews.cast(pa.int64()),
        },
        issues={
            "avg_stars_invalid": stars_invalid,
            "total_reviews_invalid": reviews_invalid,
            **reading_issues(raw, raw.source_rows, texts, ()),
        },
    )


def _number(column: DictionaryColumn, maximum: float, *, whole: bool = False) -> tuple[pa.DoubleArray, Mask]:
    """Return float64 per row, null unless from 0 to the maximum, and the mask of the other values."""
    number = parse_numbers(column.values)
    fits = (number >= 0) & (number <= maximum) & ((number == np.floor(number)) | (not whole))
    invalid = np.asarray(pc.is_valid(column.values)) & ~fits
    return column.to_rows(pa.array(number, mask=~fits)), invalid[column.codes]

"""Takes a batch of raw reviews through the register and the cell rules to the rows that are written."""

from collections.abc import Iterable
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping, InferredFormat, Mask, RawBatch, TransformedBatch
from tastetrend_etl.transform import select_fields
from tastetrend_etl.transform.deduplicate import Deduplicator
from tastetrend_etl.transform.filter_rows import repeated_header, totals
from tastetrend_etl.transform.issues import issue_lists
from tastetrend_etl.transform.review_fields import ReviewFields, delivered
from tastetrend_etl.transform.review_id import (
    as_bytes,
    combine_hashes,
    fingerprints,
    hash64,
    hexadecimal,
    without_repeat_suffix,
)
from tastetrend_etl.transform.standardize import standardise
from tastetrend_etl.transform.text import has_replacement


def transform_reviews(
    raw: RawBatch, columns: ColumnMapping, rules: InferredFormat, register: Deduplicator, source_file: str
) -> TransformedBatch:
    """Return the reviews of a batch that are written, and what became of the others."""
    rows = delivered(raw.cells, columns)
    texts = as_bytes(rows.text)
    unfit = _unfit(raw, columns, rows)
    fit = ~np.logical_or.reduce(list(unfit.values()))
    repeated = register.mark_duplicates(_keys(raw, columns, rows, hash64(texts)), fit)
    kept = fit & ~repeated
    rows = rows.keep(kept)
    extra = select_fields.unknown(raw.cells, columns).filter(pa.array(kept))
    found = standardise(rows, rules)
    found.issues["undecodable_text"] |= has_replacement(rows.ids) | has_replacement(extra)
    identities = _identities(rows, compress(texts, kept))
    found.issues["shared_review_id"] = _shared(identities, rows, register)
    register.note_source_ids(hash64(as_bytes(rows.ids.filter(pc.not_equal(rows.ids, "")))))
    table = found.columns | {
        "review_id": hexadecimal(identities),
        "source_file": select_fields.constant(source_file, len(rows.ids)),
        "source_row": pa.array(raw.source_rows[kept]),
        "issues": issue_lists(found.issues, len(rows.ids)),
        "extra": extra,
    }
    return TransformedBatch(
        batch=pa.RecordBatch.from_arrays(
            [table[name] for name in schema.REVIEWS.names], schema.REVIEWS.names
        ),
        issues=found.issues,
        rejected=[*raw.ragged, *select_fields.rejected(raw, unfit)],
        duplicates=raw.source_rows[repeated],
        evidence=found.evidence,
        unmapped=found.unmapped,
    )


def _unfit(raw: RawBatch, columns: ColumnMapping, rows: ReviewFields) -> dict[str, Mask]:
    """Return reason → mask of the rows that are no reviews; no row has two reasons."""
    header = repeated_header(raw.cells, columns)
    silent = np.asarray(pc.is_null(rows.text)) & rows.fields["review_date"].missing()
    total = totals(select_fields.labels(raw.cells, columns), silent) & ~header
    return {"repeated_header": header, "not_a_review": total, "empty_row": rows.empty & ~header & ~total}


def _keys(raw: RawBatch, columns: ColumnMapping, rows: ReviewFields, texts: np.ndarray) -> np.ndarray:
    """Return the hash by which a row repeats another: of its content, or without a text of all its cells."""
    same = (rows.fields[name] for name in ("customer_name", "review_date", "restaurant_name"))
    keys = combine_hashes(texts, *(hash64(as_bytes(field.values))[field.codes] for field in same))
    textless = np.flatnonzero(np.asarray(pc.is_null(rows.text)))
    keys[textless] = _whole_rows(raw, columns, rows.ids, textless)
    return keys


def _whole_rows(raw: RawBatch, columns: ColumnMapping, ids: pa.StringArray, rows: np.ndarray) -> np.ndarray:
    """Return a hash of all cells of some rows, the id without its repeat suffix."""
    id_columns = set(columns.fields.get("source_review_id", ()))
    others = (raw.cells[place] for place in range(raw.cells.num_columns) if place not in id_columns)
    own = hash64(as_bytes(without_repeat_suffix(ids.take(pa.array(rows)))))
    return combine_hashes(own, *(_hashed_cells(column, rows) for column in others))


def _hashed_cells(column: pa.Array, rows: np.ndarray) -> np.ndarray:
    """Return a hash of each cell of some rows, trimmed."""
    if isinstance(column, pa.DictionaryArray):
        words = hash64(as_bytes(pc.utf8_trim_whitespace(column.dictionary)))
        by_row: np.ndarray = words[np.asarray(column.indices)[rows]]
        return by_row
    return hash64(as_bytes(pc.utf8_trim_whitespace(column.take(pa.array(rows)))))


def _identities(rows: ReviewFields, texts: Iterable[bytes | None]) -> np.ndarray:
    names = ("customer_name", "review_date", "restaurant_name", "rating")
    customer, date, restaurant, rating = (
        rows.fields[name].to_rows(rows.fields[name].values) for name in names
    )
    return fingerprints(texts, customer, date, restaurant, without_repeat_suffix(rows.ids), rating)


def _shared(identities: np.ndarray, rows: ReviewFields, register: Deduplicator) -> np.ndarray:
    """Say which reviews have an earlier one's fingerprint; only reviews without a text can."""
    shared = np.zeros(len(identities), bool)
    textless = np.asarray(pc.is_null(rows.text))
    shared[textless] = register.mark_shared_ids(identities[textless, 0])
    return shared

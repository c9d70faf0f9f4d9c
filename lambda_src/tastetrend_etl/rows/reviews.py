"""Takes a batch of raw reviews through the register and the cell rules to the rows that are written."""

from collections.abc import Iterable
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.cells.words import has_replacement
from tastetrend_etl.records import Columns, FileRules, Mask, RawBatch, Ready
from tastetrend_etl.rows import collect
from tastetrend_etl.rows.delivered import Delivered, delivered
from tastetrend_etl.rows.identity import (
    as_bytes,
    fingerprints,
    hashed,
    hashed_rows,
    hexadecimal,
    without_repeat_suffix,
)
from tastetrend_etl.rows.issues import issue_lists
from tastetrend_etl.rows.register import Register
from tastetrend_etl.rows.standardise import standardise
from tastetrend_etl.rows.strangers import repeated_header, totals


def read_reviews(
    raw: RawBatch, columns: Columns, rules: FileRules, register: Register, source_file: str
) -> Ready:
    """Return the reviews of a batch that are written, and what became of the others."""
    rows = delivered(raw.cells, columns)
    texts = as_bytes(rows.text)
    unfit = _unfit(raw, columns, rows)
    fit = ~np.logical_or.reduce(list(unfit.values()))
    repeated = register.find_repeats(_keys(raw, columns, rows, hashed(texts)), fit)
    kept = fit & ~repeated
    rows = rows.keep(kept)
    extra = collect.unknown(raw.cells, columns).filter(pa.array(kept))
    found = standardise(rows, rules)
    found.issues["undecodable_text"] |= has_replacement(rows.ids) | has_replacement(extra)
    identities = _identities(rows, compress(texts, kept))
    found.issues["shared_review_id"] = _shared(identities, rows, register)
    register.note_source_ids(hashed(as_bytes(rows.ids.filter(pc.not_equal(rows.ids, "")))))
    table = found.columns | {
        "review_id": hexadecimal(identities),
        "source_file": collect.constant(source_file, len(rows.ids)),
        "source_row": pa.array(raw.source_rows[kept]),
        "issues": issue_lists(found.issues, len(rows.ids)),
        "extra": extra,
    }
    return Ready(
        batch=pa.RecordBatch.from_arrays(
            [table[name] for name in schema.REVIEWS.names], schema.REVIEWS.names
        ),
        issues=found.issues,
        rejected=[*raw.ragged, *collect.rejected(raw, unfit)],
        duplicates=raw.source_rows[repeated],
        evidence=found.evidence,
        unmapped=found.unmapped,
    )


def _unfit(raw: RawBatch, columns: Columns, rows: Delivered) -> dict[str, Mask]:
    """Return reason → mask of the rows that are no reviews; no row has two reasons."""
    header = repeated_header(raw.cells, columns)
    silent = np.asarray(pc.is_null(rows.text)) & rows.fields["review_date"].missing()
    total = totals(collect.labels(raw.cells, columns), silent) & ~header
    return {"repeated_header": header, "not_a_review": total, "empty_row": rows.empty & ~header & ~total}


def _keys(raw: RawBatch, columns: Columns, rows: Delivered, texts: np.ndarray) -> np.ndarray:
    """Return the hash by which a row repeats another: of its content, or without a text of all its cells."""
    same = (rows.fields[name] for name in ("customer_name", "review_date", "restaurant_name"))
    keys = hashed_rows(texts, *(hashed(as_bytes(field.values))[field.places] for field in same))
    textless = np.flatnonzero(np.asarray(pc.is_null(rows.text)))
    keys[textless] = _whole_rows(raw, columns, rows.ids, textless)
    return keys


def _whole_rows(raw: RawBatch, columns: Columns, ids: pa.StringArray, rows: np.ndarray) -> np.ndarray:
    """Return a hash of all cells of some rows, the id without its repeat suffix."""
    id_columns = set(columns.fields.get("source_review_id", ()))
    others = (raw.cells[place] for place in range(raw.cells.num_columns) if place not in id_columns)
    own = hashed(as_bytes(without_repeat_suffix(ids.take(pa.array(rows)))))
    return hashed_rows(own, *(_hashed_cells(column, rows) for column in others))


def _hashed_cells(column: pa.Array, rows: np.ndarray) -> np.ndarray:
    """Return a hash of each cell of some rows, trimmed."""
    if isinstance(column, pa.DictionaryArray):
        words = hashed(as_bytes(pc.utf8_trim_whitespace(column.dictionary)))
        by_row: np.ndarray = words[np.asarray(column.indices)[rows]]
        return by_row
    return hashed(as_bytes(pc.utf8_trim_whitespace(column.take(pa.array(rows)))))


def _identities(rows: Delivered, texts: Iterable[bytes | None]) -> np.ndarray:
    names = ("customer_name", "review_date", "restaurant_name", "rating")
    customer, date, restaurant, rating = (
        rows.fields[name].spread(rows.fields[name].values) for name in names
    )
    return fingerprints(texts, customer, date, restaurant, without_repeat_suffix(rows.ids), rating)


def _shared(identities: np.ndarray, rows: Delivered, register: Register) -> np.ndarray:
    """Say which reviews have an earlier one's fingerprint; only reviews without a text can."""
    shared = np.zeros(len(identities), bool)
    textless = np.asarray(pc.is_null(rows.text))
    shared[textless] = register.find_shared(identities[textless, 0])
    return shared

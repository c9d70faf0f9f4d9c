"""Takes a batch of raw reviews through the register and the cell rules to the rows that are written."""

from collections import Counter
from collections.abc import Iterable
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.cells.dates import read_dates
from tastetrend_etl.cells.ratings import read_rating, scale_evidence
from tastetrend_etl.cells.words import has_replacement
from tastetrend_etl.records import Columns, Evidence, FileRules, Mask, RawBatch, Ready
from tastetrend_etl.rows import collect
from tastetrend_etl.rows.dedupe import Register, fingerprints, hashed, joined, without_repeat_suffix
from tastetrend_etl.rows.delivered import Delivered, delivered
from tastetrend_etl.rows.issues import issue_lists
from tastetrend_etl.rows.standardise import standardise
from tastetrend_etl.rows.strangers import repeated_header, totals


def read_reviews(
    raw: RawBatch, columns: Columns, rules: FileRules, register: Register, source_file: str
) -> Ready:
    """Return the reviews of a batch that are written, and what became of the others."""
    rows = delivered(raw.cells, columns)
    contents = _contents(rows)
    unfit = _unfit(raw, columns, rows)
    fit = ~np.logical_or.reduce(list(unfit.values()))
    repeated = register.find_repeats(_keys(raw, columns, rows, contents, fit), fit)
    kept = fit & ~repeated
    rows = rows.keep(kept)
    extra = collect.unknown(raw.cells, columns).filter(pa.array(kept))
    found = standardise(rows, rules)
    found.issues["undecodable_text"] |= has_replacement(rows.ids) | has_replacement(extra)
    review_ids = _identify(rows, compress(contents, kept))
    found.issues["shared_review_id"] = _shared(review_ids, rows, register)
    register.note_source_ids(hashed(rows.ids.filter(pc.not_equal(rows.ids, ""))))
    table = found.columns | {
        "review_id": review_ids,
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


def read_evidence(cells: pa.RecordBatch, columns: Columns) -> Evidence:
    """Return what some rows say about the rules of their file, before there are any."""
    date, rating = (collect.column(cells, columns, field) for field in ("review_date", "rating"))
    _, order = read_dates(date.values, day_first=False)
    read = [read_rating(text) for text in rating.delivered.to_pylist()]
    return Evidence(order, Counter(scale_evidence(read, rating.counts())))


def _unfit(raw: RawBatch, columns: Columns, rows: Delivered) -> dict[str, Mask]:
    """Return reason → mask of the rows that are no reviews; no row has two reasons."""
    header = repeated_header(raw.cells, columns)
    silent = np.asarray(pc.is_null(rows.text)) & rows.fields["review_date"].missing()
    total = totals(collect.labels(raw.cells, columns), silent) & ~header
    return {"repeated_header": header, "not_a_review": total, "empty_row": rows.empty & ~header & ~total}


def _contents(rows: Delivered) -> list[bytes]:
    """Return what makes a review with a text the same one delivered again: cells as delivered, trimmed."""
    customer, date, restaurant = (
        rows.fields[name].spread(rows.fields[name].values)
        for name in ("customer_name", "review_date", "restaurant_name")
    )
    return joined(rows.text, customer, date, restaurant)


def _keys(
    raw: RawBatch, columns: Columns, rows: Delivered, contents: list[bytes], considered: np.ndarray
) -> np.ndarray:
    """Return the hash by which a row repeats another: its content, or without a text all its cells."""
    keys = hashed(contents)
    textless = np.flatnonzero(np.asarray(pc.is_null(rows.text)) & considered)
    keys[textless] = hashed(_whole_rows(raw, columns, rows.ids, textless))
    return keys


def _whole_rows(raw: RawBatch, columns: Columns, ids: pa.StringArray, places: np.ndarray) -> list[bytes]:
    """Return all cells of some rows, the id without its repeat suffix."""
    id_columns = set(columns.fields.get("source_review_id", ()))
    others = [place for place in range(raw.cells.num_columns) if place not in id_columns]
    chosen = pa.array(places)
    cells = (collect.trimmed(raw.cells[place], chosen) for place in others)
    return joined(without_repeat_suffix(ids.take(chosen)), *cells)


def _identify(rows: Delivered, contents: Iterable[bytes]) -> pa.StringArray:
    rating = rows.fields["rating"]
    return fingerprints(contents, joined(without_repeat_suffix(rows.ids), rating.spread(rating.values)))


def _shared(review_ids: pa.StringArray, rows: Delivered, register: Register) -> np.ndarray:
    """Say which reviews have an earlier one's fingerprint; only reviews without a text can."""
    shared = np.zeros(len(review_ids), bool)
    textless = np.asarray(pc.is_null(rows.text))
    shared[textless] = register.find_shared(hashed(review_ids.filter(pa.array(textless))))
    return shared

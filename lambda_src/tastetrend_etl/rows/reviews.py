"""Takes a batch of raw reviews through the cell rules and the register to the rows that are written."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.cells.distinct import Distinct
from tastetrend_etl.records import Columns, FileRules, RawBatch, Ready
from tastetrend_etl.rows import collect
from tastetrend_etl.rows.dedupe import Register, fingerprints, hashed, joined, without_repeat_suffix
from tastetrend_etl.rows.issues import issue_lists
from tastetrend_etl.rows.standardise import Standardised, standardise

_NOT_DISTINCT = frozenset({"source_review_id", "review_text"})
_DISTINCT_FIELDS = [field for field in schema.SYNONYMS if field not in _NOT_DISTINCT]


def read_reviews(
    raw: RawBatch, columns: Columns, rules: FileRules, register: Register, source_file: str
) -> Ready:
    """Return the reviews of a batch that are written, and what became of the others."""
    fields = {field: collect.distinct(raw.cells, columns, field) for field in _DISTINCT_FIELDS}
    ids = collect.texts(raw.cells, columns, "source_review_id")
    found = standardise(fields, ids, collect.texts(raw.cells, columns, "review_text"), rules)
    review_ids, repeated = _identify(raw, columns, fields, ids, found, register)
    kept = ~found.empty & ~repeated
    found.issues["shared_review_id"] = _shared(review_ids, found, kept, register)
    register.note_source_ids(_source_id_hashes(ids, kept))
    table = found.columns | {
        "review_id": review_ids,
        "source_file": _constant(source_file, len(ids)),
        "source_row": pa.array(raw.source_rows),
        "issues": issue_lists(found.issues, len(ids)),
        "extra": collect.unknown(raw.cells, columns),
    }
    batch = pa.RecordBatch.from_arrays([table[name] for name in schema.REVIEWS.names], schema=schema.REVIEWS)
    return Ready(
        batch=batch if kept.all() else batch.filter(pa.array(kept)),
        issues={code: mask[kept] for code, mask in found.issues.items()},
        rejected=[*raw.ragged, *collect.rejected(raw, found.empty, "empty_row")],
        duplicates=raw.source_rows[repeated],
        evidence=found.evidence,
        unmapped=found.unmapped,
    )


def _identify(
    raw: RawBatch,
    columns: Columns,
    fields: dict[str, Distinct],
    ids: pa.StringArray,
    found: Standardised,
    register: Register,
) -> tuple[pa.StringArray, np.ndarray]:
    """Return the fingerprints, and the mask of rows that repeat an earlier one.

    A review with a text is the same one delivered again when text, customer, date and restaurant agree; a
    row without a text only when all its cells do. Cells are compared as delivered, trimmed.
    """
    bare_ids = without_repeat_suffix(ids)
    text = found.columns["review_text"]
    date, rating = (fields[name].spread(fields[name].values) for name in ("review_date", "rating"))
    contents = joined(text, found.columns["customer_name"], date, found.columns["restaurant_name"])
    keys = hashed(contents)
    textless = np.flatnonzero(np.asarray(pc.is_null(text)) & ~found.empty)
    keys[textless] = hashed(_whole_rows(raw, columns, bare_ids, textless))
    repeated = register.find_repeats(keys, ~found.empty)
    return fingerprints(contents, joined(bare_ids, rating)), repeated


def _whole_rows(raw: RawBatch, columns: Columns, bare_ids: pa.StringArray, rows: np.ndarray) -> list[bytes]:
    """Return all cells of some rows, the id without its repeat suffix."""
    id_columns = set(columns.fields.get("source_review_id", ()))
    others = [place for place in range(raw.cells.num_columns) if place not in id_columns]
    chosen = pa.array(rows)
    cells = (raw.cells[place].take(chosen).cast(pa.string()) for place in others)
    return joined(bare_ids.take(chosen), *(pc.utf8_trim_whitespace(column) for column in cells))


def _shared(
    review_ids: pa.StringArray, found: Standardised, kept: np.ndarray, register: Register
) -> np.ndarray:
    """Say which kept reviews have another one's fingerprint; only reviews without a text can."""
    shared = np.zeros(len(kept), bool)
    rows = np.flatnonzero(np.asarray(pc.is_null(found.columns["review_text"])) & kept)
    shared[rows] = register.find_shared(hashed(review_ids.take(pa.array(rows)).to_pylist()))
    return shared


def _source_id_hashes(ids: pa.StringArray, kept: np.ndarray) -> np.ndarray:
    present = np.asarray(pc.not_equal(ids, "")) & kept
    return hashed(ids.filter(pa.array(present)).to_pylist())


def _constant(value: str, rows: int) -> pa.StringArray:
    return pa.array([value]).take(pa.array(np.zeros(rows, np.int32)))

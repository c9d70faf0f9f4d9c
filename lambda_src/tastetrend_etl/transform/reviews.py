"""Transforms a batch of raw reviews in five steps, each of which takes data and returns new data."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping, InferredFormat, Mask, RawBatch, TransformedBatch
from tastetrend_etl.transform.deduplicate import Deduplicator, deduplicate
from tastetrend_etl.transform.filter_rows import filter_rows
from tastetrend_etl.transform.review_id import add_review_id
from tastetrend_etl.transform.select_fields import constant, select_fields
from tastetrend_etl.transform.standardize import standardize


def transform_reviews(
    raw: RawBatch,
    columns: ColumnMapping,
    inferred_format: InferredFormat,
    deduplicator: Deduplicator,
    source_file: str,
) -> TransformedBatch:
    """Return the unique reviews of a batch in the columns of the contract, and the rows left out."""
    fields = select_fields(raw, columns)
    candidates, rejected = filter_rows(fields, raw, columns)
    unique, duplicates = deduplicate(fields, candidates, raw, columns, deduplicator)
    del fields  # or the texts of all rows would be in memory beside those of the unique ones
    standardized = standardize(unique, inferred_format)
    result = add_review_id(standardized, unique, deduplicator)
    return TransformedBatch(
        batch=output_batch(schema.REVIEWS, result.columns, result.issues, unique.source_rows, source_file),
        issues=result.issues,
        rejected=[*raw.ragged, *rejected],
        duplicates=duplicates,
        evidence=result.evidence,
        unmapped=result.unmapped,
    )


def output_batch(
    columns_of: pa.Schema,
    columns: Mapping[str, pa.Array],
    issues: Mapping[str, Mask],
    source_rows: np.ndarray,
    source_file: str,
) -> pa.RecordBatch:
    """Return the columns in the schema's order, with each row's source and its list of issue codes.

    Args:
        columns_of: the schema.
        columns: name → one entry per row.
        issues: code → mask of the rows.
        source_rows: int64, shape (rows,): the 1-based data row numbers.
        source_file: the key of the raw object.
    """
    rows = len(source_rows)
    codes = [code for code, mask in issues.items() if mask.any()]
    grid = np.column_stack([issues[code] for code in codes]) if codes else np.zeros((rows, 0), bool)
    offsets = np.concatenate([[0], np.cumsum(grid.sum(axis=1))]).astype(np.int32)
    names = pa.array(codes, pa.string()).take(pa.array(np.nonzero(grid)[1]))
    every = {
        **columns,
        "source_file": constant(source_file, rows),
        "source_row": pa.array(source_rows),
        "issues": pa.ListArray.from_arrays(pa.array(offsets), names),
    }
    return pa.RecordBatch.from_arrays([every[name] for name in columns_of.names], columns_of.names)

"""Transforms a batch of raw reviews in four steps, each of which takes data and returns new data."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping, InferredFormat, Mask, RawBatch, RejectedRow, TransformedBatch
from tastetrend_etl.transform.deduplicate import Deduplicator, deduplicate
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.filter_rows import filter_rows
from tastetrend_etl.transform.review_id import hexadecimal
from tastetrend_etl.transform.select_fields import constant, select_fields
from tastetrend_etl.transform.standardize import Standardized, standardize
from tastetrend_etl.transform.text import non_ascii_rows


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
    unique = deduplicate(fields, candidates, raw, columns, deduplicator)
    del fields  # or the texts of all rows would be in memory beside those of the unique ones
    standardized = standardize(unique.fields, inferred_format)
    source_rows = unique.fields.source_rows
    texts = (unique.fields.text, unique.fields.ids, unique.fields.extra)
    issues = {
        **standardized.issues,
        **reading_issues(raw, source_rows, texts, unique.fields.columns.values()),
        "undecodable_text": unique.undecodable,
        "possible_duplicate": unique.possible_duplicate,
    }
    result = replace(
        standardized,
        columns={**standardized.columns, "review_id": hexadecimal(unique.fingerprints)},
        issues=issues,
    )
    rejected = [*raw.ragged, *rejected]
    return assemble(result, schema.REVIEWS, source_rows, source_file, rejected, unique.duplicates)


def reading_issues(
    raw: RawBatch,
    source_rows: np.ndarray,
    texts: Iterable[pa.StringArray],
    columns: Iterable[DictionaryColumn],
) -> dict[str, Mask]:
    """Return the issues of rows that come from how the file was read: joined fields, a likely code page."""
    issues = {}
    if raw.joined_rows:
        issues["unquoted_delimiter"] = np.isin(source_rows, raw.joined_rows)
    if raw.encoding_uncertain:
        issues["encoding_uncertain"] = non_ascii_rows(texts, columns)
    return issues


def assemble(
    standardized: Standardized,
    output: pa.Schema,
    source_rows: np.ndarray,
    source_file: str,
    rejected: list[RejectedRow],
    duplicates: pa.RecordBatch,
) -> TransformedBatch:
    """Return standardized rows in the order of the output's schema, with their source and issue codes."""
    rows = len(source_rows)
    codes = [code for code, mask in standardized.issues.items() if mask.any()]
    grid = np.column_stack([np.zeros((rows, 0), bool), *(standardized.issues[code] for code in codes)])
    offsets = np.concatenate([[0], np.cumsum(grid.sum(axis=1))]).astype(np.int32)
    names = pa.array(codes, pa.string()).take(pa.array(np.nonzero(grid)[1]))
    columns = {
        **standardized.columns,
        "source_file": constant(source_file, rows),
        "source_row": pa.array(source_rows),
        "issues": pa.ListArray.from_arrays(pa.array(offsets), names),
    }
    return TransformedBatch(
        batch=pa.RecordBatch.from_arrays([columns[name] for name in output.names], output.names),
        issues=standardized.issues,
        rejected=rejected,
        duplicates=duplicates,
        evidence=standardized.evidence,
        unmapped=standardized.unmapped,
    )

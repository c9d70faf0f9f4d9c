"""Processes damaged files and checks the outputs."""

import io
import json
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tastetrend_etl import schema
from tastetrend_etl.load import to_bytes
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import seeds
from tests.properties.processing import Result, run


@dataclass(frozen=True)
class Finding:
    """A file that the pipeline does not handle."""

    number: int
    kind: str
    detail: str


def damaged(seed: int, number: int) -> bytes:
    """Return one damaged file, determined by the numbers."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 # no secret
    return mutate(rng.choice(seeds()), rng)


def findings(seed: int, numbers: range) -> Iterator[Finding | None]:
    """Process files; yield a finding for each, or None."""
    for number in numbers:
        yield _check(number, damaged(seed, number))


def _check(number: int, body: bytes) -> Finding | None:
    try:
        with warnings.catch_warnings(action="error"):
            result = run(body)
    except Exception:  # noqa: BLE001 # any exception is a finding
        return Finding(number, "crash", traceback.format_exc())
    if result.rejection:
        return None
    try:
        rows = _read_all(result)
    except Exception:  # noqa: BLE001 # likewise
        return Finding(number, "unreadable", traceback.format_exc())
    return None if _balanced(result, rows) else Finding(number, "unbalanced", str(result.counts))


def _read_all(result: Result) -> list[int]:
    """Read every output and return the row numbers of all rows."""
    table = result.table
    table.validate(full=True)
    left_out = [*result.rejected, *result.duplicates]
    columns = [[getattr(row, name) for row in left_out] for name in schema.REJECTED.names]
    rejected = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema.REJECTED), rejected)
    pq.read_table(rejected).validate(full=True)
    for report in result.reports:
        json.loads(to_bytes(report))
    return table["source_row"].to_pylist() + columns[0]


def _balanced(result: Result, rows: list[int]) -> bool:
    counts = result.counts
    return len(rows) == counts["read"] == counts["written"] + counts["rejected"] + counts[
        "duplicate"
    ] and set(rows) == set(range(1, counts["read"] + 1))

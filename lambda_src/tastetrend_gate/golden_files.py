"""Loads the golden files and their expected results."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tastetrend_gate.models import INDEX, ReplayResult, Schema

GOLDEN = Path(__file__).parent / "golden"
EXPECTATIONS = "expectations.json"


@dataclass(frozen=True)
class GoldenFile:
    """A generated review file with its expected result; the name is the end of its key in a gate run."""

    name: str
    body: bytes
    expected: ReplayResult


def golden_files(folder: Path = GOLDEN) -> Iterator[GoldenFile]:
    """Yield the files in the order of `expectations.json`, then those of each onboarded source."""
    schema: Schema = tuple(tuple(column) for column in _load(folder / "schema.json"))
    for path in (folder / EXPECTATIONS, *sorted(folder.glob(f"*/{EXPECTATIONS}"))):
        for name, expected in _load(path).items():
            yield GoldenFile(name, (path.parent / name).read_bytes(), _expected_result(expected, schema))


def _load(path: Path) -> Any:  # noqa: ANN401 # JSON
    return json.loads(path.read_text(encoding="utf-8"))


def _expected_result(expected: Mapping[str, Any], schema: Schema) -> ReplayResult:
    if expected["outcome"] != "processed":
        return ReplayResult(expected["outcome"], expected["reason"])
    columns, types = dict(expected["truth"]), dict(schema)
    index = pd.Index(columns.pop(INDEX), name=INDEX)
    return ReplayResult(
        outcome="processed",
        schema=schema,
        rows=expected["rows"],
        rejected={row: reason for reason, rows in expected["rejected"].items() for row in rows},
        issues={code: frozenset(rows) for code, rows in expected["issues"].items()},
        table=pd.DataFrame({n: _column(cells, types[n]) for n, cells in columns.items()}).set_index(index),
    )


def _column(cells: list[Any], type_: str) -> pd.Series:
    arrow = pa.type_for_alias(type_)
    return pd.Series(pa.array(cells).cast(arrow), dtype=pd.ArrowDtype(arrow))

"""Loads the golden files and their expected results."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tastetrend_gate.models import INDEX, ReplayResult, Schema

_FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class GoldenFile:
    """A generated review file with its expected result."""

    name: str
    body: bytes
    expected: ReplayResult


def golden_files() -> Iterator[GoldenFile]:
    """Yield the files in the order of `expectations.json`."""
    schema: Schema = tuple(tuple(column) for column in _load("schema.json"))
    for name, expected in _load("expectations.json").items():
        yield GoldenFile(name, (_FOLDER / name).read_bytes(), _expected_result(expected, schema))


def _load(name: str) -> Any:  # noqa: ANN401 # JSON
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


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

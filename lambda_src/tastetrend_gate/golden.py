"""The golden files, and the truth about them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tastetrend_gate.records import INDEX, Facts, Schema

_FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Golden:
    """A review file of which it is known by construction what must become of it."""

    name: str
    body: bytes
    truth: Facts


def golden_files() -> Iterator[Golden]:
    """Yield the files in the order of the expectations."""
    schema: Schema = tuple(tuple(column) for column in _read("schema.json"))
    for name, expected in _read("expectations.json").items():
        yield Golden(name, (_FOLDER / name).read_bytes(), _facts(expected, schema))


def _read(name: str) -> Any:  # noqa: ANN401 # JSON
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _facts(expected: Mapping[str, Any], schema: Schema) -> Facts:
    if expected["outcome"] != "processed":
        return Facts(expected["outcome"], expected["reason"])
    return Facts(
        outcome="processed",
        schema=schema,
        rows=expected["rows"],
        rejected={row: reason for reason, rows in expected["rejected"].items() for row in rows},
        issues={code: frozenset(rows) for code, rows in expected["issues"].items()},
        table=_table(expected["truth"], dict(schema)),
    )


def _table(truth: Mapping[str, list[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    index = pd.Index(truth[INDEX], name=INDEX)
    columns = {name: _column(cells, types[name]) for name, cells in truth.items() if name != INDEX}
    return pd.DataFrame(columns).set_index(index)


def _column(cells: list[Any], type_: str) -> pd.Series:
    arrow = pa.type_for_alias(type_)
    return pd.Series(pa.array(cells).cast(arrow), dtype=pd.ArrowDtype(arrow))

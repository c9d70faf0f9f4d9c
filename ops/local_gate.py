"""Compares the present code's results for the golden files with the expected ones, without AWS."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pandas as pd

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS, Status
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import process
from tastetrend_etl.sources.config import Source
from tastetrend_etl.validate.report import Report, error_report
from tastetrend_gate.compare import compare
from tastetrend_gate.golden_files import golden_files
from tastetrend_gate.models import INDEX, Group, ReplayResult
from tastetrend_gate.verdict import collect_reasons, worst_status

_VERSION = "local"
_DUPLICATE = "duplicate"
_NO_ROWS = pd.DataFrame({INDEX: [], "reason": []})


class GateResult(NamedTuple):
    """The verdict on the present code, that on each golden file, and the reasons."""

    status: Status
    files: dict[str, Status]
    reasons: list[str]


def run_local_gate(sources: Sequence[Source], folder: Path) -> GateResult:
    """Read a folder's golden files as these sources; there is no baseline but the expected rows."""
    reasons, files = [], {}
    for golden in golden_files(folder):
        _, result = process_local(golden.name, golden.body, sources)
        found = collect_reasons([*compare(golden.name, result, golden.expected, "truth")])
        files[golden.name] = worst_status(found)
        reasons += found
    return GateResult(worst_status(reasons), files, [str(reason) for reason in reasons])


def process_local(key: str, body: bytes, sources: Sequence[Source]) -> tuple[Report, ReplayResult]:
    """Process a file as a raw object under a key; return its validation or error report, and the result."""
    source = SourceObject("local", key, "1", "local", len(body), datetime.now(UTC))
    with TemporaryDirectory(prefix="tastetrend-") as folder:
        raw, work = Path(folder, "raw"), Path(folder, "work")
        raw.write_bytes(body)
        work.mkdir()
        try:
            outcome = process(source, raw, work, version=_VERSION, tier=TIERS["large"], sources=sources)
        except RejectedFileError as error:
            report = error_report(source, _VERSION, error)
            return report, ReplayResult(report["status"], error.reason)
        table, bias = _read(outcome.dataset), outcome.bias or {"columns": {}}
        left_out = _read(outcome.rejected) if outcome.rejected else _NO_ROWS
        return outcome.validation, _to_result(outcome.validation, table, left_out, bias)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, dtype_backend="pyarrow")


def _to_result(
    report: Mapping[str, Any], table: pd.DataFrame, left_out: pd.DataFrame, bias: Mapping[str, Any]
) -> ReplayResult:
    rejected = left_out[left_out["reason"] != _DUPLICATE]
    issues = table[[INDEX, "issues"]].explode("issues").dropna()
    return ReplayResult(
        outcome="processed",
        schema=tuple((str(name), str(kind.pyarrow_dtype)) for name, kind in table.dtypes.items()),
        rows=report["rows"],
        rejected=dict(zip(rejected[INDEX], rejected["reason"], strict=True)),
        issues={str(code): frozenset(rows) for code, rows in issues.groupby("issues")[INDEX]},
        table=table.drop_duplicates(INDEX).set_index(INDEX),
        groups={column: _groups(described) for column, described in bias["columns"].items()},
        contract_version=report["contract_version"],
        spellings={column: _spellings(described) for column, described in bias["columns"].items()},
    )


def _groups(described: Mapping[str, Any]) -> dict[str, Group]:
    groups = described["groups"].items()
    return {name: Group(group["share"], group["rating_gap"] or 0.0) for name, group in groups}


def _spellings(described: Mapping[str, Any]) -> dict[str, str]:
    spellings = described.get("spellings", {}).items()
    return {spelling: name for name, known in spellings for spelling in known}

"""Compares the present code's results for the golden files with the expected ones, without AWS."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS, Status
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.pipeline import process
from tastetrend_etl.sources.config import Source
from tastetrend_etl.validate.report import Report, error_report
from tastetrend_gate.compare import compare
from tastetrend_gate.golden_files import golden_files
from tastetrend_gate.models import ReplayResult
from tastetrend_gate.replay_result import NO_ROWS, to_result
from tastetrend_gate.verdict import collect_reasons, worst_status

_VERSION = "local"


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
            report = error_report(source, _VERSION, error, output_keys(source))
            return report, ReplayResult(report["status"], error.reason)
        table, bias = _read(outcome.dataset), outcome.bias or {"columns": {}}
        left_out = _read(outcome.rejected) if outcome.rejected else NO_ROWS
        return outcome.validation, to_result(outcome.validation, table, left_out, bias, key)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, dtype_backend="pyarrow")

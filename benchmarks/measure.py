"""Runs each engine in its own process, one after the other, and checks the outputs."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import ReviewFile
from benchmarks.equality import OutputDifferenceError, check_equal
from benchmarks.task import Balance

OURS, BASELINE, BASELINE_PLUS_HASHES = "ours", "baseline", "baseline_plus_hashes"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Measurement:
    """One run of an engine on one file."""

    engine: str
    source: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    output_mb: float


def measure_all(
    engines: Iterable[str], files: Iterable[ReviewFile], work: Path, *, rounds: int, cores: int = 1
) -> Iterator[Measurement]:
    """Measure all engines on all files, `rounds` times.

    Raises:
        OutputDifferenceError: an output is not the expected one.
    """
    work.mkdir(parents=True, exist_ok=True)
    for _ in range(rounds):
        for file in files:
            for engine in (OURS, *(name for name in engines if name != OURS)):
                yield _measure(engine, file, work, cores)


def _measure(engine: str, file: ReviewFile, work: Path, cores: int) -> Measurement:
    out = work / f"{engine}.parquet"
    measured = run_worker(engine, file, out, cores)
    balance = Balance(**measured.pop("balance"))
    if engine not in {BASELINE, BASELINE_PLUS_HASHES}:  # their output is not comparable
        _check(engine, balance, file, out, work / f"{OURS}.parquet")
    return Measurement(engine, file.source, output_mb=out.stat().st_size / 1e6, **measured)


def run_worker(engine: str, file: ReviewFile, out: Path, cores: int = 1) -> dict[str, Any]:
    """Run an engine in its own process and return the worker's JSON."""
    task = {"source": file.source, "path": str(file.path), "out": str(out), "ragged": file.ragged}
    command = [sys.executable, "-m", "benchmarks.worker", engine, str(cores), json.dumps(task)]
    ran = subprocess.run(  # noqa: S603 # fixed program, no shell
        command, check=True, capture_output=True, text=True, cwd=_ROOT
    )
    measured: dict[str, Any] = json.loads(ran.stdout)
    return measured


def _check(engine: str, balance: Balance, file: ReviewFile, out: Path, ours: Path) -> None:
    """Check the row balance against the generator's, and the output against ours."""
    if vars(balance) != {name: getattr(file.counts, name) for name in vars(balance)}:
        raise OutputDifferenceError(f"{engine} counts {balance} in {file.path.name}, not {file.counts}")
    check_equal(engine, out, ours)

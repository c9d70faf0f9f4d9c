"""Measures contenders in turn, each time in a process of its own, and checks their outputs."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import ReviewFile
from benchmarks.equality import DifferenceError, check_equal
from benchmarks.task import Balance

OURS, FLOOR, LEAST = "ours", "floor", "least"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Measurement:
    """One run of a contender on one file; memory and output in MB."""

    contender: str
    source: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    output_mb: float


def measure_all(
    contenders: Iterable[str], files: Iterable[ReviewFile], work: Path, *, rounds: int, cores: int = 1
) -> Iterator[Measurement]:
    """Measure all contenders on all files, one after the other, round after round.

    Raises:
        DifferenceError: an output differs from what it must be; no time counts then.
    """
    work.mkdir(parents=True, exist_ok=True)
    for _ in range(rounds):
        for file in files:
            for contender in (OURS, *(name for name in contenders if name != OURS)):
                yield _measure(contender, file, work, cores)


def _measure(contender: str, file: ReviewFile, work: Path, cores: int) -> Measurement:
    out = work / f"{contender}.parquet"
    answer = run_worker(contender, file, out, cores)
    balance = Balance(**answer.pop("balance"))
    if contender not in {FLOOR, LEAST}:  # which do no work that could be compared
        _check(contender, balance, file, out, work / f"{OURS}.parquet")
    return Measurement(contender, file.source, output_mb=out.stat().st_size / 1e6, **answer)


def run_worker(contender: str, file: ReviewFile, out: Path, cores: int = 1) -> dict[str, Any]:
    """Run a contender in a process of its own and return what it measured."""
    task = {"source": file.source, "path": str(file.path), "out": str(out), "ragged": file.ragged}
    command = [sys.executable, "-m", "benchmarks.worker", contender, str(cores), json.dumps(task)]
    ran = subprocess.run(  # noqa: S603 # our own
        command, check=True, capture_output=True, text=True, cwd=_ROOT
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def _check(contender: str, balance: Balance, file: ReviewFile, out: Path, ours: Path) -> None:
    """Hold ours to what the generator knows, and the others to ours."""
    if vars(balance) != {name: getattr(file.counts, name) for name in vars(balance)}:
        raise DifferenceError(f"{contender} counts {balance} in {file.path.name}, not {file.counts}")
    check_equal(contender, out, ours)

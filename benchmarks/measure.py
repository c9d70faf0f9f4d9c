"""Runs each engine in its own process, one after the other in random order, and checks the outputs."""

import json
import random
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import ReviewFile
from benchmarks.equality import OutputDifferenceError, check_equal
from benchmarks.task import Balance

OURS, BASELINE, BASELINE_PLUS_HASHES = "ours", "baseline", "baseline_plus_hashes"
PLAIN = ("plain_chdb", "plain_duckdb", "plain_polars")  # like the baseline, they only convert csv to parquet
_NOT_COMPARABLE = {BASELINE, BASELINE_PLUS_HASHES, "baseline_our_writer", *PLAIN}
# It takes as long as all others together, and is too far from them for its spread to matter.
SLOW = {"pandas_everyday"}
SEED = 20_261_126  # of the order in which the engines run
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Measurement:
    """One run of an engine on one file; runs with the same round and source are compared in pairs."""

    engine: str
    round: int
    source: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    output_mb: float

    @property
    def pair(self) -> tuple[int, str]:
        """Return what the runs to compare this one with have in common."""
        return self.round, self.source


def measure_all(
    engines: Collection[str], files: Sequence[ReviewFile], work: Path, *, rounds: int, cores: int = 1
) -> Iterator[Measurement]:
    """Measure all engines on all files, `rounds` times, each time in another order; `SLOW` ones only once.

    Raises:
        OutputDifferenceError: an output is not the expected one.
    """
    work.mkdir(parents=True, exist_ok=True)
    orders = random.Random(SEED)  # noqa: S311 # no secret
    for round_ in range(rounds):
        for file in files:
            once = set() if round_ == 0 and file is files[0] else SLOW
            order = orders.sample(sorted(engines), len(engines))
            yield from _measure_round(round_, [name for name in order if name not in once], file, work, cores)


def _measure_round(
    round_: int, order: Sequence[str], file: ReviewFile, work: Path, cores: int
) -> Iterator[Measurement]:
    """Measure the engines in this order, then check their outputs: ours may be the last to run."""
    balances: dict[str, Balance] = {}
    for engine in order:
        out = work / f"{engine}.parquet"
        measured = run_worker(engine, file, out, cores)
        balances[engine] = Balance(**measured.pop("balance"))
        yield Measurement(engine, round_, file.source, output_mb=out.stat().st_size / 1e6, **measured)
    _check_outputs(balances, file, work)


def _check_outputs(balances: Mapping[str, Balance], file: ReviewFile, work: Path) -> None:
    for engine in balances.keys() - _NOT_COMPARABLE:
        _check(engine, balances[engine], file, work / f"{engine}.parquet", work / f"{OURS}.parquet")


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

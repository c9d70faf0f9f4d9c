"""Measures the large function on large files: its process's memory, disk and CPU time, with S3 in another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from benchmarks.data import ReviewFile, review_file
from benchmarks.equality import OutputDifferenceError
from benchmarks.local_s3 import serving
from benchmarks.worst_case import HUGE_ROWS

LARGE_ROWS = (200_000, HUGE_ROWS)  # files of 100 MB and of 1 GB
GOAL = 1.5
_SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "NO_PROXY": "127.0.0.1",
    "RAW_BUCKET": "raw",
    "PROCESSED_BUCKET": "processed",
    "ARTIFACTS_BUCKET": "artifacts",
    "PSEUDONYM_KEY": "none",
    "TIER": "large",
}
_SECONDS_BETWEEN_LOOKS = 0.05
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class LargeRun:
    """One invocation for one file; sizes in MB of 10⁶ bytes."""

    rows: int
    file_mb: float
    peak_mb: float
    disk_mb: float
    cpu_seconds: float


def large_runs(folder: Path, work: Path, sizes: Iterable[int]) -> list[LargeRun]:
    """Run the large function's handler on files of so many rows."""
    return [_run(review_file(folder, "downtown", rows), work) for rows in sizes]


def _run(file: ReviewFile, work: Path) -> LargeRun:
    with TemporaryDirectory(dir=work) as disk, serving(file.path) as address:
        measured, disk_bytes = _invoke(file.path.name, Path(disk), address)
    if measured.pop("balance") != asdict(file.counts):
        raise OutputDifferenceError(f"the rows of {file.path.name} are not {file.counts}")
    size = file.path.stat().st_size
    return LargeRun(file.counts.read, size / 1e6, disk_mb=disk_bytes / 1e6, **measured)


def _invoke(key: str, disk: Path, address: str) -> tuple[dict[str, Any], int]:
    """Return the worker's JSON and the most bytes that its temporary folder had."""
    environment = {**os.environ, **_SETTINGS, "AWS_ENDPOINT_URL_S3": address, "TMPDIR": str(disk)}
    command = [sys.executable, "-m", "benchmarks.large_file_worker", key]
    most = 0
    with subprocess.Popen(  # noqa: S603 # fixed program, no shell
        command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment
    ) as worker:
        while worker.poll() is None:
            most = max(most, _used_bytes(disk))
            sleep(_SECONDS_BETWEEN_LOOKS)
        output = worker.stdout.read().splitlines() if worker.stdout else []
    if worker.returncode:
        raise subprocess.CalledProcessError(worker.returncode, command)
    measured: dict[str, Any] = json.loads(output[-1])  # after the function's log
    return measured, most


def _used_bytes(folder: Path) -> int:
    """Return the size of the files; some may be deleted meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def large_table(runs: Sequence[LargeRun]) -> str:
    """Return the section of the results page."""
    rows = [
        f"| {run.rows:,} | {run.file_mb:,.0f} | {run.peak_mb:.0f} | {run.disk_mb:,.0f} "
        f"| {run.disk_mb / run.file_mb:.2f} | {run.cpu_seconds / run.rows * 1e6:.1f} |"
        for run in runs
    ]
    head = "| rows | file MB | peak memory MB | peak of /tmp, MB | ÷ file | CPU s a million rows |"
    title = "## The large function on large files, from download to commit"
    return "\n".join([title, "", head, "|---|---|---|---|---|---|", *rows, "", _growth(runs)])


def _growth(runs: Sequence[LargeRun]) -> str:
    small, large = runs[0], runs[-1]
    ratio = large.peak_mb / small.peak_mb
    a_row = (large.peak_mb - small.peak_mb) * 1e6 / (large.rows - small.rows)
    return (
        f"Peak memory is {ratio:.2f} times that of the smallest file (goal: ≤ {GOAL}, "
        f"{'met' if ratio <= GOAL else 'not met'}): it grows by {a_row:.0f} bytes a row, the keys for "
        "finding duplicates among them. S3 is a server in another process, without TLS, that keeps nothing."
    )

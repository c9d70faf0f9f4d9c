"""Measures only our engine: peak memory on files of several sizes, CPU time on the slowest kind of file."""

import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.data import ReviewFile, review_file
from benchmarks.measure import run_worker
from samples.sources import SOURCES

SMALL_ROWS, MEDIUM_ROWS, HUGE_ROWS = 30_000, 300_000, 2_000_000  # of which peak memory is measured
_WORST_ROWS = 100_000
_MISLEADING_ROWS = 1_200  # more than the format inference samples
_STRAY_QUOTE = '0,Al,2020-01-31,4,"a 5" pizza",East,Inn,12,2,15,2,18-25,M,White\r\n'


def peak_megabytes(folder: Path, work: Path, sizes: Iterable[int]) -> dict[int, float]:
    """Return rows → the peak memory in MB on a file of so many."""
    return {rows: _peak(review_file(folder, "downtown", rows), work) for rows in sizes}


def _peak(file: ReviewFile, work: Path) -> float:
    return float(run_worker("ours", file, work / "memory.parquet")["peak_mb"])


def worst_seconds_per_megabyte(folder: Path, work: Path) -> float:
    """Return CPU seconds a MB of the slowest file, which the time budget is based on."""
    original = review_file(folder, "eastside", _WORST_ROWS)
    path = work / "worst.csv"
    _write_worst_case(original.path, path)
    worst = ReviewFile("eastside", path, original.counts, original.ragged)
    return run_worker("ours", worst, work / "worst.parquet")["cpu_seconds"] / path.stat().st_size * 1e6


def _write_worst_case(original: Path, path: Path) -> None:
    """Write the file as cp1252, with month-first dates only at its start and a stray quote at its end."""
    index = SOURCES["eastside"].header.index("visit_date")
    with (
        original.open(encoding="utf-8-sig", newline="") as file,
        path.open("w", encoding="cp1252", errors="replace", newline="") as out,
    ):
        writer = csv.writer(out)
        for number, record in enumerate(csv.reader(file)):
            if 0 < number <= _MISLEADING_ROWS and len(record) > index:
                record[index] = "01/31/2020"
            writer.writerow(record)
        out.write(_STRAY_QUOTE)

"""Measures what only ours is asked: memory on files of two sizes, and the file that costs it most."""

import csv
from pathlib import Path

from benchmarks.data import ReviewFile, review_file
from benchmarks.measure import run_worker
from samples.sources import SOURCES

MEMORY_ROWS = (30_000, 300_000)
_WORST_ROWS = 100_000
_MISLEADING_ROWS = 1_200  # more than the first guess looks at
_STRAY_QUOTE = '0,Al,2020-01-31,4,"a 5" pizza",East,Inn,12,2,15,2,18-25,M,White\r\n'


def peak_megabytes(folder: Path, work: Path) -> tuple[float, float]:
    """Return the peak memory on the smaller and the larger file."""
    small, large = (review_file(folder, "downtown", rows) for rows in MEMORY_ROWS)
    return _peak(small, work), _peak(large, work)


def _peak(file: ReviewFile, work: Path) -> float:
    return float(run_worker("ours", file, work / "memory.parquet")["peak_mb"])


def worst_seconds_per_megabyte(folder: Path, work: Path) -> float:
    """Return the CPU time a megabyte that the budget reckons with."""
    usual = review_file(folder, "eastside", _WORST_ROWS)
    path = work / "worst.csv"
    _worsen(usual.path, path)
    worst = ReviewFile("eastside", path, usual.counts, usual.ragged)
    return run_worker("ours", worst, work / "worst.parquet")["cpu_seconds"] / path.stat().st_size * 1e6


def _worsen(usual: Path, path: Path) -> None:
    """Write the file as cp1252, its dates month first at the start only, a stray quote at its end."""
    place = SOURCES["eastside"].header.index("visit_date")
    with (
        usual.open(encoding="utf-8-sig", newline="") as file,
        path.open("w", encoding="cp1252", errors="replace", newline="") as out,
    ):
        writer = csv.writer(out)
        for number, record in enumerate(csv.reader(file)):
            if 0 < number <= _MISLEADING_ROWS and len(record) > place:
                record[place] = "01/31/2020"
            writer.writerow(record)
        out.write(_STRAY_QUOTE)

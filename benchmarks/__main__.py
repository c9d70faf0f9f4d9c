"""The command line: `python -m benchmarks`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from benchmarks.data import SOURCES_USED, review_file
from benchmarks.large_file import LARGE_ROWS, large_runs
from benchmarks.measure import SLOW, Measurement, measure_all
from benchmarks.report import NAMES, Figures, render
from benchmarks.startup import fixed_seconds, import_seconds
from benchmarks.worst_case import (
    HUGE_ROWS,
    MEDIUM_ROWS,
    SMALL_ROWS,
    peak_megabytes,
    worst_seconds_per_megabyte,
)

_HERE = Path(__file__).parent
DATA = _HERE.parent / "build" / "benchmarks"
RESULTS = _HERE / "RESULTS.md"
ROUNDS = {10_000: 3, 100_000: 2, 1_000_000: 1}  # times three sources
TWO_CORE_ROWS = 100_000
FIXED_ROWS = 10


def benchmark(
    largest: Annotated[int, typer.Option(help="Leave out sizes above this many reviews.")] = 1_000_000,
) -> None:
    """Measure all engines and write benchmarks/RESULTS.md."""
    sizes = [rows for rows in sorted(ROUNDS, reverse=True) if rows <= largest] or [min(ROUNDS)]
    two_core_rows = min(TWO_CORE_ROWS, sizes[0])
    memory_rows = (SMALL_ROWS, MEDIUM_ROWS, *([HUGE_ROWS] if max(ROUNDS) in sizes else []))
    with TemporaryDirectory(prefix="benchmark-") as folder:
        work = Path(folder)
        figures = Figures(
            one_core={rows: _measured(rows, work, cores=1) for rows in sizes},
            two_cores={two_core_rows: _measured(two_core_rows, work, cores=2)},
            imports=import_seconds(),
            memory=peak_megabytes(DATA, work, memory_rows),
            worst=worst_seconds_per_megabyte(DATA, work),
            fixed=fixed_seconds(review_file(DATA, SOURCES_USED[0], FIXED_ROWS), work),
            large=large_runs(DATA, work, LARGE_ROWS) if max(ROUNDS) in sizes else [],
        )
    page = render(figures)
    RESULTS.write_text(page, encoding="utf-8")
    Console().print(Markdown(page))


def _measured(rows: int, work: Path, *, cores: int) -> list[Measurement]:
    files = [review_file(DATA, source, rows) for source in SOURCES_USED]
    rounds = ROUNDS[rows]
    runs = measure_all(NAMES, files, work, rounds=rounds, cores=cores)
    total = rounds * len(files) * len(NAMES.keys() - SLOW) + len(SLOW)
    return list(track(runs, f"{rows:,} reviews, {cores} core(s)", total=total))


if __name__ == "__main__":
    typer.run(benchmark)

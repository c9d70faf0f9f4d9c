"""Writes the measurements down: tables of ratios, the goals, and on what machine they were taken."""

import math
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.measure import FLOOR, LEAST, OURS, Measurement

NAMES = {
    OURS: "**ours**",
    FLOOR: "floor",
    LEAST: "floor, hashes, second text",
    "polars_streaming": "polars, streaming",
    "duckdb_sql": "DuckDB",
    "pandas_careful": "pandas, careful",
    "pandas_everyday": "pandas, everyday",
}
_LIBRARIES = ("pyarrow", "numpy", "pandas", "polars", "duckdb")


@dataclass(frozen=True)
class Figures:
    """All that was measured.

    Attributes:
        one_core, two_cores: rows → runs.
        imports: CPU seconds of the handler, of awswrangler, Powertools and boto3 with a client for S3.
        fixed: CPU seconds that a file of ten reviews takes ours, the floor.
        memory: peak MB on 30,000 and on 300,000 reviews.
        worst: CPU seconds a MB of the file that costs most.
    """

    one_core: Mapping[int, Sequence[Measurement]]
    two_cores: Mapping[int, Sequence[Measurement]]
    imports: tuple[float, float]
    fixed: tuple[float, float]
    memory: tuple[float, float]
    worst: float


@dataclass(frozen=True)
class Summary:
    """The medians of a contender's runs."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output_mb: float


def summarise(runs: Sequence[Measurement]) -> dict[str, Summary]:
    """Return contender → medians, in the order of their CPU time."""
    names = {run.contender for run in runs}
    found = {name: _medians([run for run in runs if run.contender == name]) for name in names}
    return dict(sorted(found.items(), key=lambda pair: pair[1].cpu_seconds))


def _medians(runs: Sequence[Measurement]) -> Summary:
    return Summary(
        median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs),
        median(run.peak_mb for run in runs),
        median(run.output_mb for run in runs),
    )


def growth_exponents(one_core: Mapping[int, Sequence[Measurement]]) -> dict[str, float]:
    """Return contender → the power of the rows by which its CPU time grows between the two largest sizes."""
    small, large = sorted(one_core)[-2:]
    before, after = summarise(one_core[small]), summarise(one_core[large])
    factor = math.log(large / small)
    return {
        name: math.log(after[name].cpu_seconds / before[name].cpu_seconds) / factor
        for name in after
        if name in before
    }


def render(figures: Figures) -> str:
    """Return the whole page."""
    parts = [_head(), _goals(figures)]
    for cores, runs_by_size in ((1, figures.one_core), (2, figures.two_cores)):
        for rows, runs in sorted(runs_by_size.items(), reverse=True):
            parts.append(f"## {rows:,} reviews, {_cores(cores)}\n\n{_table(summarise(runs))}")
    exponents = growth_exponents(figures.one_core)
    lines = [f"| {NAMES[name]} | {exponents[name]:.2f} |" for name in exponents]
    parts.append(
        "\n".join(["## Growth of CPU time with the rows, as a power", "", "| | |", "|---|---|", *lines])
    )
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        "# What was measured\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores of {_processor()}, "
        f"Python {platform.python_version()}, {versions}.\n\n"
        "Each run is a process of its own, pinned, its file in memory already; contenders take turns; these "
        "are medians over three sources. A busy machine disturbs CPU time less than time. What the "
        "peers wrote was equal to ours. [How it is measured](README.md)."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _cores(cores: int) -> str:
    return "one core" if cores == 1 else f"{cores} cores"


def _table(found: Mapping[str, Summary]) -> str:
    floor = found[FLOOR]
    rows = [
        f"| {NAMES[name]} | {one.cpu_seconds / floor.cpu_seconds:.2f} | {one.seconds / floor.seconds:.2f} "
        f"| {one.cpu_seconds:.2f} | {one.seconds:.2f} | {one.peak_mb:.0f} | {one.output_mb:.1f} |"
        for name, one in found.items()
    ]
    return "\n".join(
        [
            "| | CPU ÷ floor | time ÷ floor | CPU s | time s | peak MB | output MB |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _goals(figures: Figures) -> str:
    rows = [
        f"| {what} | {value:.2f} | ≤ {goal:g} | {'yes' if value <= goal else 'no'} |"
        for what, value, goal in _measured(figures)
    ]
    head = f"## Ours at {max(figures.one_core):,} reviews, against the goals"
    return "\n".join(
        [head, "", "| | measured | goal | met |", "|---|---|---|---|", *rows, "", _fixed(figures)]
    )


def _measured(figures: Figures) -> Iterator[tuple[str, float, float]]:
    """Yield what was measured, the value, and the goal."""
    small, large = sorted(figures.one_core)[-2:]
    found, before = summarise(figures.one_core[large]), summarise(figures.one_core[small])
    ours = found[OURS]
    ratio = {name: ours.cpu_seconds / one.cpu_seconds for name, one in found.items()}
    yield "CPU time ÷ floor", ratio[FLOOR], 2.2
    yield (
        "CPU time ÷ the better of polars and DuckDB",
        max(ratio["polars_streaming"], ratio["duckdb_sql"]),
        0.5,
    )
    yield "CPU time ÷ careful pandas", ratio["pandas_careful"], 0.45
    yield "CPU time ÷ everyday pandas", ratio["pandas_everyday"], 0.16
    yield "peak memory, MB", ours.peak_mb, 300
    yield f"peak memory ÷ that at {small:,} reviews", ours.peak_mb / before[OURS].peak_mb, 1.15
    yield "peak memory at 300,000 reviews ÷ at 30,000", figures.memory[1] / figures.memory[0], 1.3
    yield "growth exponent", growth_exponents(figures.one_core)[OURS], 1.0
    yield "a file of ten reviews, warm ÷ floor", figures.fixed[0] / figures.fixed[1], 3.0
    handler, libraries = figures.imports
    yield "importing the handler ÷ awswrangler + Powertools + an S3 client", handler / libraries, 1.15


def _fixed(figures: Figures) -> str:
    (ten, floor), (handler, libraries) = figures.fixed, figures.imports
    return (
        f"In CPU time, a file of ten reviews takes {ten * 1e3:.1f} ms, the floor {floor * 1e3:.1f} ms. "
        f"Importing the handler takes {handler:.2f} s; awswrangler, Powertools and boto3 with a client for "
        f"S3 take {libraries:.2f} s. "
        f"The worst file takes {figures.worst:.3f} CPU seconds a MB (limits.py)."
    )

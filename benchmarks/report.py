"""Renders RESULTS.md: tables of ratios, the goals, and the machine."""

import math
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.large_file import LargeRun, large_table
from benchmarks.measure import BASELINE, BASELINE_PLUS_HASHES, OURS, PLAIN, SEED, Measurement
from benchmarks.worst_case import HUGE_ROWS, MEDIUM_ROWS, SMALL_ROWS

NAMES = {
    OURS: "**ours**",
    BASELINE: "baseline",
    "baseline_our_writer": "baseline, our writer's options",
    BASELINE_PLUS_HASHES: "baseline, hashes, second text",
    "plain_chdb": "chdb, csv to parquet only",
    "plain_duckdb": "DuckDB, csv to parquet only",
    "plain_polars": "polars, csv to parquet only",
    "polars_streaming": "polars, streaming",
    "duckdb_sql": "DuckDB, one thread",
    "pandas_careful": "pandas, careful",
    "pandas_everyday": "pandas, everyday",
}
_PEERS = ("polars_streaming", "duckdb_sql")  # which do the same work as ours
_LIBRARIES = ("pyarrow", "numpy", "pandas", "polars", "duckdb", "chdb")


@dataclass(frozen=True)
class Figures:
    """All measurements.

    Attributes:
        one_core, two_cores: rows → runs.
        imports: CPU seconds to import the handler; to import awswrangler, Powertools and boto3 and make an
            S3 client.
        fixed: CPU seconds of ours and of the baseline for a file of ten reviews.
        memory: rows → peak MB of ours on a file of so many.
        worst: CPU seconds a MB of the slowest file.
        large: runs of the large function, the smallest file first; only measured with all sizes.
    """

    one_core: Mapping[int, Sequence[Measurement]]
    two_cores: Mapping[int, Sequence[Measurement]]
    imports: tuple[float, float]
    fixed: tuple[float, float]
    memory: Mapping[int, float]
    worst: float
    large: Sequence[LargeRun]


@dataclass(frozen=True)
class Summary:
    """The medians of an engine's runs."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output_mb: float


def summarise(runs: Sequence[Measurement]) -> dict[str, Summary]:
    """Return engine → medians, sorted by CPU time."""
    names = {run.engine for run in runs}
    medians = {name: _medians([run for run in runs if run.engine == name]) for name in names}
    return dict(sorted(medians.items(), key=lambda pair: pair[1].cpu_seconds))


def _medians(runs: Sequence[Measurement]) -> Summary:
    return Summary(
        median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs),
        median(run.peak_mb for run in runs),
        median(run.output_mb for run in runs),
    )


def cpu_ratios(runs: Sequence[Measurement], name: str, reference: str) -> list[float]:
    """Return CPU time ÷ that of the reference, of each pair of runs on the same file in the same round."""
    seconds = {(run.engine, run.pair): run.cpu_seconds for run in runs}
    pairs = {pair for engine, pair in seconds if engine == name and (reference, pair) in seconds}
    return sorted(seconds[name, pair] / seconds[reference, pair] for pair in pairs)


def growth_exponents(one_core: Mapping[int, Sequence[Measurement]]) -> dict[str, float]:
    """Return engine → exponent n of CPU time ~ rows^n between the two largest sizes."""
    small, large = sorted(one_core)[-2:]
    before, after = summarise(one_core[small]), summarise(one_core[large])
    factor = math.log(large / small)
    return {
        name: math.log(after[name].cpu_seconds / before[name].cpu_seconds) / factor
        for name in after
        if name in before
    }


def render(figures: Figures) -> str:
    """Return the page as Markdown."""
    parts = [_head(), _goals(figures)]
    for cores, runs_by_size in ((1, figures.one_core), (2, figures.two_cores)):
        for rows, runs in sorted(runs_by_size.items(), reverse=True):
            parts.append(f"## {rows:,} reviews, {_cores(cores)}\n\n{_table(runs)}")
    if len(figures.one_core) > 1:
        parts.append(_growth(figures))
    if figures.large:
        parts.append(large_table(figures.large))
    return "\n\n".join(parts) + "\n"


def _growth(figures: Figures) -> str:
    exponents = growth_exponents(figures.one_core)
    lines = [f"| {NAMES[name]} | {exponents[name]:.2f} |" for name in exponents]
    head = "## Growth exponent of CPU time with the number of rows"
    return "\n".join([head, "", "| | |", "|---|---|", *lines])


def _head() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        "# Benchmark results\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores of {_processor()}, "
        f"Python {platform.python_version()}, {versions}.\n\n"
        "Each run is its own pinned process, with the file in the page cache. On each of three files, the "
        f"engines run in another random order (seed {SEED}). A ratio is that of two runs on the same file in "
        "the same round: the median, and in brackets the least and the greatest. The other values are "
        "medians. Machine load affects CPU time less than wall time. The outputs of engines that do the "
        "complete work were equal to ours. DuckDB does it with one thread on two cores too. [How it is "
        "measured](README.md)."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _cores(cores: int) -> str:
    return "one core" if cores == 1 else f"{cores} cores"


def _table(runs: Sequence[Measurement]) -> str:
    summaries = summarise(runs)
    seconds = summaries[BASELINE].seconds
    rows = [
        f"| {NAMES[name]} | {_spread(cpu_ratios(runs, name, BASELINE))} "
        f"| {_spread(cpu_ratios(runs, OURS, name)) if name != OURS else ''} | {one.seconds / seconds:.2f} "
        f"| {one.cpu_seconds:.2f} | {one.seconds:.2f} | {one.peak_mb:.0f} | {one.output_mb:.1f} |"
        for name, one in summaries.items()
    ]
    return "\n".join(
        [
            "| | CPU ÷ baseline | ours ÷ it | time ÷ baseline | CPU s | time s | peak MB | output MB |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _spread(ratios: Sequence[float]) -> str:
    least, middle, greatest = (f"{ratio:.2f}" for ratio in (ratios[0], median(ratios), ratios[-1]))
    return f"{middle} ({least} to {greatest})" if len(ratios) > 1 else middle


def _goals(figures: Figures) -> str:
    rows = [
        f"| {label} | {value:.2f} | ≤ {goal:g} | {'yes' if value <= goal else 'no'} |"
        for label, value, goal in _measured(figures)
    ]
    head = f"## Ours at {max(figures.one_core):,} reviews, against the goals"
    return "\n".join(
        [head, "", "| | measured | goal | met |", "|---|---|---|---|", *rows, "", _fixed(figures)]
    )


def _measured(figures: Figures) -> Iterator[tuple[str, float, float]]:
    """Yield the label, the value and the goal of each measurement."""
    runs = figures.one_core[max(figures.one_core)]
    yield "CPU time ÷ baseline", _ratio(runs, BASELINE), 3.8
    yield "CPU time ÷ the faster of polars and DuckDB", max(_ratio(runs, name) for name in _PEERS), 0.55
    yield "CPU time ÷ careful pandas", _ratio(runs, "pandas_careful"), 0.45
    yield "CPU time ÷ everyday pandas", _ratio(runs, "pandas_everyday"), 0.16
    plain = max(median(cpu_ratios(runs, BASELINE, name)) for name in PLAIN)
    yield "baseline ÷ the fastest of chdb, DuckDB and polars that only converts", plain, 1.0
    yield from _memory(figures)
    if len(figures.one_core) > 1:
        yield "growth exponent", growth_exponents(figures.one_core)[OURS], 1.0
    yield "a file of ten reviews, warm ÷ baseline", figures.fixed[0] / figures.fixed[1], 3.0
    handler, libraries = figures.imports
    yield "importing the handler ÷ awswrangler + Powertools + an S3 client", handler / libraries, 1.15


def _ratio(runs: Sequence[Measurement], reference: str) -> float:
    return median(cpu_ratios(runs, OURS, reference))


def _memory(figures: Figures) -> Iterator[tuple[str, float, float]]:
    memory = figures.memory
    if HUGE_ROWS in memory:
        yield f"peak memory at {HUGE_ROWS:,} reviews, MB", memory[HUGE_ROWS], 350
    label = f"peak memory at {MEDIUM_ROWS:,} reviews ÷ at {SMALL_ROWS:,}"
    yield label, memory[MEDIUM_ROWS] / memory[SMALL_ROWS], 1.3


def _fixed(figures: Figures) -> str:
    (ten, baseline), (handler, libraries) = figures.fixed, figures.imports
    return (
        f"In CPU time, a file of ten reviews takes {ten * 1e3:.1f} ms, the baseline {baseline * 1e3:.1f} ms. "
        f"Importing the handler takes {handler:.2f} s; awswrangler, Powertools and boto3 with a client for "
        f"S3 take {libraries:.2f} s. "
        f"The slowest file takes {figures.worst:.3f} CPU seconds a MB (limits.py)."
    )

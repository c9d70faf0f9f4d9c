"""Measures what the quality page and the row of history add to the CPU time of an invocation.

`python -m benchmarks.page`: one warm process, S3 in memory, the three variants in turn in random order.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import Any
from unittest import mock

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import latency_worker
from benchmarks.data import review_file

_DATA = Path(__file__).parents[1] / "build" / "benchmarks"
_ROWS, _ROUNDS, _WARM_UP = 1_000, 60, 5
_VARIANTS = ("without both", "with the page", "with page and history")


def benchmark() -> None:
    """Print the CPU time of a warm invocation on 1,000 reviews, and its ratio to one without both."""
    file = review_file(_DATA, "uptown", _ROWS).path
    invoke = latency_worker.load_handler(Path(__file__).parents[1] / "lambda_src", file, seconds_per_call=0)
    order = random.Random(1)  # noqa: S311 # no secret
    times: dict[str, list[float]] = {variant: [] for variant in _VARIANTS}
    for _ in range(_WARM_UP + _ROUNDS):
        for variant in order.sample(_VARIANTS, len(_VARIANTS)):
            with _only(variant):
                times[variant].append(_cpu_seconds(invoke))
    table = Table("", "CPU ms", "÷ without both", "quartiles of the rounds")
    base = times[_VARIANTS[0]][_WARM_UP:]
    for variant, every in times.items():
        measured = every[_WARM_UP:]
        ratios = [now / before for now, before in zip(measured, base, strict=True)]
        low, _, high = quantiles(ratios, n=4)
        table.add_row(
            variant, f"{median(measured) * 1_000:.0f}", f"{median(ratios):.2f}", f"{low:.2f} to {high:.2f}"
        )
    Console().print(table)


@contextmanager
def _only(variant: str) -> Iterator[None]:
    """Leave out the making and the writing of what a variant does not have."""
    from tastetrend_etl import commit  # noqa: PLC0415 # the worker has made it importable

    left_out = {_VARIANTS[0]: ("/report_", "history/"), _VARIANTS[1]: ("history/",)}.get(variant, ())
    put_all = commit._put_all  # noqa: SLF001 # no part of the function has a switch for this

    def put(outputs: list[tuple[str, Any]], *rest: Any) -> None:  # noqa: ANN401 # passed on
        put_all([each for each in outputs if not any(part in each[0] for part in left_out)], *rest)

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(commit, "_put_all", put))
        if "/report_" in left_out:
            patches.enter_context(mock.patch("tastetrend_etl.outputs.render_processed", return_value=""))
        if "history/" in left_out:
            patches.enter_context(mock.patch.object(commit, "to_parquet", return_value=b""))
        yield


def _cpu_seconds(invoke: Callable[[], None]) -> float:
    started = process_time()
    invoke()
    return process_time() - started


if __name__ == "__main__":
    typer.run(benchmark)

"""Measures the duration of an invocation with 20 ms a call to S3, in this tree and in an older commit.

`python -m benchmarks.latency COMMIT`
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.data import review_file

_HERE = Path(__file__).parent
_ROOT = _HERE.parent
_DATA = _ROOT / "build" / "benchmarks"
_SOURCE = "uptown"
_GOALS = {10: 0.75, 1_655: 0.85}
"""Reviews in the file → maximum ratio of its time to the older commit's."""
_ROUNDS = 5


def benchmark(
    commit: Annotated[str, typer.Argument(help="The older commit to compare with.")],
) -> None:
    """Print the median times of a warm invocation in both, and the range of their ratios."""
    table = Table("reviews", "before, ms", "now, ms", "now ÷ before", "each round", "goal")
    with checked_out(commit) as before:
        for rows, goal in _GOALS.items():
            file = review_file(_DATA, _SOURCE, rows).path
            rounds = [
                (warm_milliseconds(before, file), warm_milliseconds(_ROOT, file)) for _ in range(_ROUNDS)
            ]
            old, new = (median(times) for times in zip(*rounds, strict=True))
            ratios = sorted(now / then for then, now in rounds)
            spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
            table.add_row(
                f"{rows:,}", f"{old:.0f}", f"{new:.0f}", f"{median(ratios):.2f}", spread, f"≤ {goal}"
            )
    Console().print(table)


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Yield a folder with `lambda_src` of a commit."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        git = ["git", "-C", str(_ROOT), "archive", commit, "lambda_src"]
        packed = subprocess.run(git, check=True, capture_output=True)  # noqa: S603 # fixed program, no shell
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=packed.stdout)  # noqa: S603, S607 # fixed program, no shell
        yield Path(folder)


def warm_milliseconds(tree: Path, file: Path) -> float:
    """Return the median time of a warm invocation of a tree's handler, measured in its own process."""
    command = [sys.executable, "-m", "benchmarks.latency_worker", str(tree / "lambda_src"), str(file)]
    ran = subprocess.run(  # noqa: S603 # fixed program, no shell
        command, check=True, capture_output=True, text=True, cwd=_ROOT
    )
    return float(ran.stdout.splitlines()[-1])


if __name__ == "__main__":
    typer.run(benchmark)

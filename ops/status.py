"""Reads the status of an environment, and says what is wrong and what to do about it. Changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from ops.result import Result
from ops.stack_outputs import CommandContext
from ops.status_alarms import read_alarms
from ops.status_batch import read_batch
from ops.status_files import read_files
from ops.status_models import Part, Problem, stamp
from ops.status_queues import read_queues
from ops.status_stack import read_aliases, read_stack

READERS: Mapping[str, Callable[[CommandContext], list[Part]]] = {
    "stack": read_stack,
    "aliases": read_aliases,
    "alarms": read_alarms,
    "queues": read_queues,
    "files": read_files,
    "batch": read_batch,
}


def show_status(context: CommandContext) -> Result:
    """Print all parts and the problems; exits with 1 if there is one."""
    parts: list[Part] = []
    for name, read in READERS.items():
        with context.console.status(f"reading {name}"):
            parts += read(context)
    problems = [problem for part in parts for problem in part.problems]
    _print(context.console, context.env, parts, problems)
    data = {"environment": context.env, "time": stamp(datetime.now(UTC))}
    data |= {part.name: part.data for part in parts}
    return Result(data | {"problems": [vars(problem) for problem in problems]}, int(bool(problems)))


def _print(console: Console, env: str, parts: Sequence[Part], problems: Sequence[Problem]) -> None:
    console.print(_table(parts), soft_wrap=False)
    if not problems:
        console.print(f"{env}: nothing is wrong.")
    for problem in problems:
        console.print(f"wrong: {problem.what}", style="red", highlight=False)
        console.print(f"  do: {problem.remedy}", highlight=False)


def _table(parts: Sequence[Part]) -> Table:
    """Return a row for each line of a part, its name before the first one."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for part in parts:
        names = [part.name.replace("_", " "), *[""] * (len(part.lines) - 1)]
        for name, line in zip(names, part.lines, strict=True):
            table.add_row(name, line)
    return table

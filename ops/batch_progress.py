"""Shows the progress of a running batch."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient

_POLL_SECONDS = 2
_PERIOD_SECONDS = 60  # over which the rate is measured

Counts = Mapping[str, int]
"""The files of a batch: `total`, `pending`, `running`, `succeeded`, `failed`."""


def follow(client: "SFNClient", execution: str, console: Console) -> dict[str, Any]:
    """Show the progress of an execution until it ends; return its description."""
    with _shown(console) as progress:
        task = progress.add_task("", total=None, failed=0)
        while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            _update(progress, task, read_counts(client, execution))
            time.sleep(_POLL_SECONDS)
    return dict(described)


def find_map_run(client: "SFNClient", execution: str) -> str | None:
    """Return the ARN of the execution's map run; None as long as it has not begun."""
    runs = client.list_map_runs(executionArn=execution)["mapRuns"]
    return runs[0]["mapRunArn"] if runs else None


def read_counts(client: "SFNClient", execution: str) -> Counts | None:
    """Return how many files are in which state; None as long as there is no map run."""
    run = find_map_run(client, execution)
    return cast("Counts", client.describe_map_run(mapRunArn=run)["itemCounts"]) if run else None


@contextmanager
def _shown(console: Console) -> Iterator[Progress]:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]} failed"),
    )
    hidden = not console.is_terminal
    with Progress(
        *columns, console=console, disable=hidden, speed_estimate_period=_PERIOD_SECONDS
    ) as progress:
        yield progress


def _update(progress: Progress, number: TaskID, counts: Counts | None) -> None:
    """Show the counts: on a terminal as a bar, else as a line if they have changed."""
    if counts is None:
        return
    task, done = progress.tasks[number], counts["succeeded"] + counts["failed"]
    changed = done != task.completed
    # Step Functions counts while it lists the files: the total is final when it stands still.
    is_final = counts["total"] == task.fields.get("seen")
    progress.update(
        number,
        completed=done,
        total=counts["total"] if is_final else None,
        failed=counts["failed"],
        seen=counts["total"],
    )
    if not progress.console.is_terminal and changed:
        progress.console.print(_line(task, counts, done))


def _line(task: Task, counts: Counts, done: int) -> str:
    rate = f", {task.speed:.1f} files/s" if task.speed else ""
    left = f", {timedelta(seconds=round(task.time_remaining))} left" if task.time_remaining else ""
    return f"{done:,} of {counts['total']:,} files, {counts['failed']:,} failed{rate}{left}"

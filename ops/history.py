"""Lists what happened in an environment: files, batches and releases, in the order of time."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import boto3

from ops import manifests
from ops.recent_batches import Execution, read_executions
from ops.recent_files import RecentFile, read_recent_files
from ops.release_log import Event, read_events
from ops.releases import describe_event
from ops.result import Result
from ops.stack_outputs import CommandContext
from ops.status_files import describe_file
from ops.status_models import brief, stamp


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes:
        time: ISO 8601 in UTC, of a file's upload or of a batch's start; entries are sorted by it.
        kind: `file`, `batch` (also of one large file) or `release`.
        text: it in words.
        details: as in the output of `status` or `releases`.
    """

    time: str
    kind: str
    text: str
    details: dict[str, Any]


def list_history(context: CommandContext, limit: int) -> Result:
    """Print the newest entries of all kinds together."""
    with context.console.status("reading files, batches and releases"):
        entries = [
            *(_of_file(file) for file in read_recent_files(context, limit)),
            *_read_batches(context, limit),
            *(_of_release(event) for event in read_events(context, manifests.load(context))[-limit:]),
        ]
    shown = sorted(entries, key=lambda entry: entry.time)[-limit:]
    for entry in shown:
        context.console.print(f"{brief(entry.time)}  {entry.kind:8}{entry.text}")
    context.console.print(f"{context.env}: the newest {len(shown):,} entries; --limit gives more.")
    return Result({"environment": context.env, "entries": [asdict(entry) for entry in shown]})


def _read_batches(context: CommandContext, limit: int) -> Iterator[Entry]:
    for execution in read_executions(boto3.client("stepfunctions"), context, limit):
        details = asdict(execution) | {"stopped": stamp(execution.stopped) if execution.stopped else None}
        details["started"] = stamp(execution.started)
        yield Entry(stamp(execution.started), "batch", _describe(execution), details)


def _describe(execution: Execution) -> str:
    what = "large file" if execution.kind == "file" else f"batch {execution.name} over"
    ended = f", ended {brief(stamp(execution.stopped))}" if execution.stopped else ""
    return f"{what} {execution.over!r}: {execution.status}{ended}"


def _of_file(file: RecentFile) -> Entry:
    return Entry(stamp(file.uploaded), "file", describe_file(file), file.to_json())


def _of_release(event: Event) -> Entry:
    return Entry(event.time, "release", describe_event(event), vars(event))

"""The last batch."""

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from ops.batch_progress import read_counts
from ops.recent_batches import Execution, read_executions
from ops.stack_outputs import CommandContext
from ops.status_models import Part, Problem, brief, stamp

_LOOKED_AT = 25  # executions, most of which may be those of single large files
_COUNTS = ("total", "succeeded", "failed")
_RECENT = timedelta(days=1)


def read_batch(context: CommandContext) -> list[Part]:
    """Return status and counts of the last batch; it is a problem for a day if it failed or was stopped."""
    client = boto3.client("stepfunctions")
    executions = read_executions(client, context, _LOOKED_AT)
    batch = next((execution for execution in executions if execution.kind != "file"), None)
    if not batch:
        return [Part("batch", None, ["none"])]
    counts = read_counts(client, batch.arn)
    shown = {name: counts[name] for name in _COUNTS} if counts else None
    data = _to_json(batch) | {"counts": shown}
    return [Part("batch", data, [_line(batch, shown)], _find_problems(batch, context.env))]


def _to_json(batch: Execution) -> dict[str, Any]:
    return {
        "execution": batch.name,
        "kind": batch.kind,
        "over": batch.over,
        "status": batch.status,
        "started": stamp(batch.started),
        "stopped": stamp(batch.stopped) if batch.stopped else None,
    }


def _line(batch: Execution, counts: Mapping[str, int] | None) -> str:
    files = ""
    if counts:
        files = f", {counts['succeeded']:,} of {counts['total']:,} files, {counts['failed']:,} failed"
    started = brief(stamp(batch.started))
    return f"{batch.name} over {batch.over!r}: {batch.status}{files}, started {started}"


def _find_problems(batch: Execution, env: str) -> list[Problem]:
    if batch.status in {"RUNNING", "SUCCEEDED"} or not batch.stopped:
        return []
    if datetime.now(UTC) - batch.stopped > _RECENT:
        return []
    over = f"{shlex.quote(batch.over)} --again" if batch.kind == "prefix" else "--manifest FILE"
    return [
        Problem(
            f"the batch {batch.name} over {batch.over!r} has the status {batch.status}",
            f"tastetrend batch {over} --env {env}",
        )
    ]

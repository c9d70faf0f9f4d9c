"""Finds the last executions of the state machine of batches."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient


@dataclass(frozen=True)
class Execution:
    """One execution.

    Attributes:
        kind: what is processed; `file` is one large file by itself.
        over: the prefix of the raw keys, or the raw key of the manifest or of the file.
        status: as Step Functions names it: `RUNNING`, `SUCCEEDED`, `FAILED`, `ABORTED`, `TIMED_OUT`.
        stopped: None while it is running.
    """

    arn: str
    name: str
    kind: str
    over: str
    status: str
    started: datetime
    stopped: datetime | None


def read_executions(client: "SFNClient", context: CommandContext, most: int) -> Iterator[Execution]:
    """Yield the last executions, the newest first; each is described when it is asked for."""
    if not context.batch_arn:
        return  # the stack is older than its batches
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=context.batch_arn)
    entries = (entry for page in pages for entry in page["executions"])
    for entry in islice(entries, most):
        arn = entry["executionArn"]
        kind, over = _describe(json.loads(client.describe_execution(executionArn=arn).get("input") or "{}"))
        yield Execution(
            arn, entry["name"], kind, over, entry["status"], entry["startDate"], entry.get("stopDate")
        )


def _describe(given: dict[str, Any]) -> tuple[str, str]:
    """Return kind and key or prefix, from the input of an execution."""
    for name, kind in (("key", "file"), ("manifest", "manifest")):
        if name in given:
            return kind, given[name]
    return "prefix", given.get("prefix", "")

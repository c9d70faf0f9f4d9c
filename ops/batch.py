"""Starts the state machine over many raw files, or continues a run that was stopped."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ops.batch_manifest import run_manifest
from ops.batch_progress import follow
from ops.batch_result import finish
from ops.errors import CommandError, UsageError
from ops.replay import list_objects
from ops.result import Result
from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient
    from mypy_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef, ListExecutionsOutputTypeDef

_STOPPED = frozenset({"ABORTED", "TIMED_OUT"})


@dataclass(frozen=True)
class Request:
    """What a batch processes.

    Attributes:
        prefix: of the raw keys.
        manifest: instead of a prefix, a file with a raw key on each line.
        reprocess: process again what is already processed.
    """

    prefix: str | None
    manifest: Path | None = None
    reprocess: bool = False

    @property
    def input(self) -> dict[str, Any]:
        """The input of the state machine, which has to have every field."""
        return {"prefix": self.prefix, "reprocess": self.reprocess}

    @property
    def name(self) -> str:
        """The name of an execution that starts now."""
        return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{self.suffix}"

    @property
    def suffix(self) -> str:
        """The end of the names of all executions over the same files."""
        return hashlib.sha256((self.prefix or "").encode()).hexdigest()[:8]


def run_batch(context: CommandContext, request: Request, *, again: bool, wait: bool, yes: bool) -> Result:
    """Start a batch; with `wait`, show its progress and its result.

    Raises:
        UsageError: no raw object has the prefix, or the options exclude each other.
        CommandError: a batch over the same prefix is running, or there is none to run `again`.
    """
    if not context.batch_arn:
        raise CommandError(f"the stack of {context.env} has no batch yet; deploy it again")
    if (request.prefix is None) == (request.manifest is None):
        raise UsageError("name either a prefix or --manifest FILE")
    if request.manifest is None:
        return _run_prefix(context, request, again=again, wait=wait, yes=yes)
    if again or request.reprocess:
        raise UsageError("the upload of a manifest starts the batch: --again and --reprocess need a prefix")
    return run_manifest(context, request.manifest, wait=wait)


def _run_prefix(context: CommandContext, request: Request, *, again: bool, wait: bool, yes: bool) -> Result:
    client, env = boto3.client("stepfunctions"), context.env
    _check(client, context, request)
    if request.reprocess and not yes:
        context.console.print(f"Would process all of {request.prefix!r} in {env} again; add --yes to do it.")
        return Result({"environment": env, "dry_run": True, **request.input})
    execution = _continue(client, context, request) if again else _start(client, context, request)
    name = execution.rpartition(":")[2]
    context.console.print(f"The batch {name} over {request.prefix!r} in {env} is running.")
    if not wait:
        return Result({"environment": env, "execution": name, "status": "RUNNING"})
    return finish(client, context, execution, follow(client, execution, context.console), name)


def _check(client: "SFNClient", context: CommandContext, request: Request) -> None:
    if not any(islice(list_objects(context.s3, context.raw_bucket, request.prefix or ""), 1)):
        raise UsageError(f"no object in {context.raw_bucket} has the prefix {request.prefix!r}; name another")
    pages = client.get_paginator("list_executions")
    running = pages.paginate(stateMachineArn=context.batch_arn, statusFilter="RUNNING")
    if same := _over_same_files(running, request):
        raise CommandError(
            f"a batch over {request.prefix!r} is running since {same['startDate']:%Y-%m-%d %H:%M}; wait "
            f"until it ends, or stop it: aws stepfunctions stop-execution --execution-arn "
            f"{same['executionArn']}"
        )


def _start(client: "SFNClient", context: CommandContext, request: Request) -> str:
    """Start an execution and return its ARN."""
    started = client.start_execution(
        stateMachineArn=context.batch_arn,
        name=request.name,
        input=json.dumps(request.input),
    )
    return str(started["executionArn"])


def _continue(client: "SFNClient", context: CommandContext, request: Request) -> str:
    """Continue the last batch over the same files if it was stopped; if it cannot be, start another.

    A stopped batch keeps what its finished files have done; one that ended does not run its failed files
    again. A new batch skips what is processed.
    """
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=context.batch_arn)
    last = _over_same_files(pages, request)
    if last is None:
        raise CommandError(
            f"no batch over {request.prefix!r} has run in {context.env}; start one without --again"
        )
    if last["status"] not in _STOPPED:
        return _start(client, context, request)
    try:
        client.redrive_execution(executionArn=last["executionArn"])
    except client.exceptions.ExecutionNotRedrivable:  # two weeks have passed, or the machine is another one
        return _start(client, context, request)
    return str(last["executionArn"])


def _over_same_files(
    pages: Iterable["ListExecutionsOutputTypeDef"], request: Request
) -> "ExecutionListItemTypeDef | None":
    """Return the newest of the executions that processes the same files; None if none does."""
    executions = (execution for page in pages for execution in page["executions"])
    return next((each for each in executions if each["name"].endswith(f"-{request.suffix}")), None)

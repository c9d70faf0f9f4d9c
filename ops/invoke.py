"""Invokes the function's live alias with events and describes each result in a sentence."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from rich.progress import Progress

from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

_MAX_WORKERS = 4
_READ_TIMEOUT_S = 60  # longer than the function's own timeout

NamedEvent = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class InvokeResult:
    """The result of one event in a sentence, and whether it has to be sent again."""

    message: str
    failed: bool


def connect(read_timeout: int = _READ_TIMEOUT_S) -> "LambdaClient":
    """Return a client that waits for the response (seconds) and never retries, which would invoke twice."""
    config = Config(read_timeout=read_timeout, retries={"total_max_attempts": 1})
    return boto3.client("lambda", config=config)


def invoke_all(
    context: CommandContext, events: Sequence[NamedEvent], on_success: Callable[[int], None] = lambda _: None
) -> list[InvokeResult]:
    """Invoke the live alias with each named event, a few at a time; return the results in the events' order.

    `on_success` is called with the index of each event that did not fail, in the thread that invoked.
    """
    client = connect()

    def invoke_one(index: int) -> InvokeResult:
        name, event = events[index]
        result = _invoke(client, f"{context.function}:{context.alias}", event)
        context.console.print(f"{name}: {result.message}")
        if not result.failed:
            on_success(index)
        return result

    with Progress(console=context.console) as progress, ThreadPoolExecutor(_MAX_WORKERS) as pool:
        results = pool.map(invoke_one, range(len(events)))
        return list(progress.track(results, len(events), description="invoking"))


def _invoke(client: "LambdaClient", target: str, event: dict[str, Any]) -> InvokeResult:
    """Invoke an alias with one event and wait for the result."""
    response = client.invoke(FunctionName=target, Payload=json.dumps(event).encode())
    payload = json.load(response["Payload"])
    if "FunctionError" in response:
        return InvokeResult(f"failed again: {payload.get('errorMessage', 'no reason given')}", failed=True)
    parts = [_describe_file(file) for file in payload["files"]]
    words = ("rejected", "refused")  # `refused`: versions of contract version 1
    parts += [f"rejected: {payload[word]}" for word in words if word in payload]
    return InvokeResult("; ".join(parts) or "nothing to do", failed=False)


def _describe_file(file: dict[str, Any]) -> str:
    if balance := file["balance"]:
        return f"{file['action']}, {balance['written']:,} of {balance['read']:,} rows written"
    return f"{file['action']} ({file['reason']})"

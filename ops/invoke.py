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
_READ_TIMEOUT_S = 960  # longer than the timeout of the large function

_FORMER_WORD = "refused"  # for "rejected", in responses of contract version 1

NamedEvent = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class InvokeResult:
    """The result of one event in a sentence.

    Attributes:
        failed: it has to be sent again.
        handed_over: a task processes the file, and has not ended yet.
    """

    message: str
    failed: bool
    handed_over: bool = False


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
        result = _invoke(client, context, event)
        context.console.print(f"{name}: {result.message}")
        if not result.failed:
            on_success(index)
        return result

    with Progress(console=context.console) as progress, ThreadPoolExecutor(_MAX_WORKERS) as pool:
        results = pool.map(invoke_one, range(len(events)))
        return list(progress.track(results, len(events), description="invoking"))


def _invoke(client: "LambdaClient", context: CommandContext, event: dict[str, Any]) -> InvokeResult:
    """Invoke the alias with one event and wait for the result, that of the large function if it is needed.

    Nothing is handed over, so that a command knows how each file has ended; but to the task, which may take
    hours: if that fails, the event is in the failure queue again.
    """
    small, large = (f"{context.function}{tier}:{context.alias}" for tier in ("", "-large"))
    kept = event | {"hand_over": False} if isinstance(event, dict) else event  # anything can be redriven
    payload = _call(client, small, kept)
    if _is_too_large(payload):
        payload = _call(client, large, event)
    if _is_too_large(payload):
        payload = _call(client, small, event)
    if "errorMessage" in payload:
        return InvokeResult(f"failed again: {payload['errorMessage']}", failed=True)
    parts = [_describe_file(file) for file in payload["files"]]
    parts += [f"rejected: {payload[word]}" for word in ("rejected", _FORMER_WORD) if word in payload]
    handed_over = any(file["action"] == "handed_over" for file in payload["files"])
    return InvokeResult("; ".join(parts) or "nothing to do", failed=False, handed_over=handed_over)


def _is_too_large(payload: dict[str, Any]) -> bool:
    return any(file["action"] == "too_large_here" for file in payload.get("files", []))


def _call(client: "LambdaClient", target: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return the response; that of an invocation that failed has an `errorMessage`."""
    response = client.invoke(FunctionName=target, Payload=json.dumps(event).encode())
    payload: dict[str, Any] = json.load(response["Payload"])
    return {"errorMessage": "no reason given"} | payload if "FunctionError" in response else payload


def _describe_file(file: dict[str, Any]) -> str:
    if balance := file["balance"]:
        return f"{file['action']}, {balance['written']:,} of {balance['read']:,} rows written"
    action = "rejected" if file["action"] == _FORMER_WORD else file["action"]
    return f"{action} ({file['reason']})"

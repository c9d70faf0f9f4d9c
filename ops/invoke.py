"""Invokes the function's live alias with events and describes each result in a sentence."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from rich.console import Console
from rich.progress import Progress

from ops.stack_outputs import StackOutputs

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

MAX_WORKERS = 4
_READ_TIMEOUT_S = 60  # longer than the function's own timeout

Event = dict[str, Any]


@dataclass(frozen=True)
class InvokeResult:
    """The result of one event in a sentence, and whether it has to be sent again."""

    message: str
    failed: bool


def connect() -> "LambdaClient":
    """Return a client that waits for the response and never retries, which would invoke twice."""
    return boto3.client(
        "lambda", config=Config(read_timeout=_READ_TIMEOUT_S, retries={"total_max_attempts": 1})
    )


def invoke(client: "LambdaClient", outputs: StackOutputs, event: Event) -> InvokeResult:
    """Invoke the live alias with one event and wait for the result."""
    response = client.invoke(
        FunctionName=f"{outputs.function}:{outputs.alias}", Payload=json.dumps(event).encode()
    )
    payload = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        return InvokeResult(f"failed again: {payload.get('errorMessage', 'no reason given')}", failed=True)
    refused = [f"refused: {payload['refused']}"] if "refused" in payload else []
    return InvokeResult(
        "; ".join([*map(_describe_file, payload["files"]), *refused]) or "nothing to do", failed=False
    )


def invoke_all(
    outputs: StackOutputs,
    events: Sequence[tuple[str, Event]],
    console: Console,
    on_success: Callable[[int], None] = lambda _: None,
) -> list[InvokeResult]:
    """Invoke the live alias with each event, a few at a time; return the results in the events' order.

    Args:
        outputs: the environment.
        events: the name to print, and the event.
        console: where progress is shown.
        on_success: called with the index of each event that did not fail.
    """
    results: dict[int, InvokeResult] = {}
    with Progress(console=console) as progress:
        task = progress.add_task("invoking", total=len(events))
        for index, result in _as_invoked(outputs, [event for _, event in events]):
            progress.console.print(f"{events[index][0]}: {result.message}", markup=False, soft_wrap=True)
            progress.advance(task)
            results[index] = result
            if not result.failed:
                on_success(index)
    return [results[index] for index in range(len(events))]


def _as_invoked(outputs: StackOutputs, events: Sequence[Event]) -> Iterator[tuple[int, InvokeResult]]:
    client = connect()
    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        running = {pool.submit(invoke, client, outputs, event): index for index, event in enumerate(events)}
        for finished in as_completed(running):
            yield running[finished], finished.result()


def _describe_file(file: dict[str, Any]) -> str:
    balance = file["balance"]
    if balance:
        return f"{file['action']}, {balance['written']:,} of {balance['read']:,} rows written"
    return f"{file['action']} ({file['reason']})"

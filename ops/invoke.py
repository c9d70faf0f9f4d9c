"""Sends events through the function's live alias and says in words what became of each."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from rich.console import Console
from rich.progress import Progress

from ops.deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

AT_ONCE = 4
_PATIENCE_S = 60  # longer than the function's own timeout

Event = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What became of an event: one sentence, and whether it has to be sent again."""

    words: str
    failed: bool


def connect() -> "LambdaClient":
    """Return a client that waits for an answer and never sends an event twice by itself."""
    return boto3.client("lambda", config=Config(read_timeout=_PATIENCE_S, retries={"total_max_attempts": 1}))


def send(client: "LambdaClient", deployment: Deployment, event: Event) -> Sent:
    """Have the function process an event now."""
    answer = client.invoke(
        FunctionName=f"{deployment.function}:{deployment.alias}", Payload=json.dumps(event).encode()
    )
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        return Sent(f"failed again: {payload.get('errorMessage', 'no reason given')}", failed=True)
    refused = [f"refused: {payload['refused']}"] if "refused" in payload else []
    words = [*map(_file_in_words, payload["files"]), *refused]
    return Sent("; ".join(words) or "nothing to do", failed=False)


def send_all(
    deployment: Deployment, events: Sequence[tuple[str, Event]], console: Console, done: Callable[[int], None]
) -> int:
    """Send named events through, a few at a time, with progress; return how many failed.

    Args:
        deployment: where to.
        events: what each is called on the screen, and the event.
        console: where progress is shown.
        done: called with the place of each event that did not fail.
    """
    failed = 0
    with Progress(console=console) as progress:
        task = progress.add_task("sending through", total=len(events))
        for place, sent in _as_sent(deployment, [event for _, event in events]):
            progress.console.print(f"{events[place][0]}: {sent.words}", markup=False, soft_wrap=True)
            progress.advance(task)
            failed += sent.failed
            if not sent.failed:
                done(place)
    return failed


def _as_sent(deployment: Deployment, events: Sequence[Event]) -> Iterator[tuple[int, Sent]]:
    client = connect()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(send, client, deployment, event): place for place, event in enumerate(events)}
        for finished in as_completed(running):
            yield running[finished], finished.result()


def _file_in_words(file: dict[str, Any]) -> str:
    balance = file["balance"]
    if balance:
        return f"{file['action']}, {balance['written']:,} of {balance['read']:,} rows written"
    return f"{file['action']} ({file['reason']})"

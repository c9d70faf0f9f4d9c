"""Lists what is in the failure queue, in words, and sends it through again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from rich.console import Console

from ops.deployment import Deployment, find_deployment
from ops.invoke import send_all
from tastetrend_etl.event import ObjectEvent, read_event

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_HELD_S = 900  # others see the messages again after this, should the command be killed
_AT_ONCE = 10  # SQS gives no more

Env = Annotated[str, typer.Option(help="The environment: local, dev, staging or prod.")]


@dataclass(frozen=True)
class Failure:
    """One message of the failure queue.

    Attributes:
        receipt: what SQS wants to see when the message is deleted.
        event: the event that the function could not process.
        subject: the raw keys that it speaks of.
        reason: what the last attempt said.
        attempts: how often it was tried; 0 when the message does not say.
    """

    receipt: str
    event: Any
    subject: str
    reason: str
    attempts: int


def failures(env: Env = "dev") -> None:
    """List the events that failed for good: which file, why, how often it was tried. Changes nothing."""
    console, deployment = Console(), find_deployment(env)
    with held(boto3.client("sqs"), deployment) as found:
        for failure in found:
            console.print(_in_words(failure), markup=False, soft_wrap=True)
        console.print(_counted(found))
    if found:
        console.print(f"Mend the cause, then: python -m ops redrive --env {env}")


def redrive(
    env: Env = "dev",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
) -> None:
    """Send all events of the failure queue through the function again; what fails again stays in the queue.

    Sending one twice does no harm: what has been processed is skipped.
    """
    console, deployment, client = Console(), find_deployment(env), boto3.client("sqs")
    with held(client, deployment) as found:
        if not yes:
            for failure in found:
                console.print(f"would send: {failure.subject}", markup=False, soft_wrap=True)
            console.print(f"{_counted(found)} Nothing was sent; add --yes to do it.")
            return
        failed = _redrive(client, deployment, found, console)
    console.print(f"{len(found) - failed} went through, {failed} failed again and stay in the queue.")
    if failed:
        raise typer.Exit(1)


@contextmanager
def held(client: "SQSClient", deployment: Deployment) -> Iterator[list[Failure]]:
    """Yield all messages of the failure queue and give back those that are still there afterwards."""
    queue = deployment.failure_queue_url
    found = list(_receive(client, queue))
    try:
        yield found
    finally:
        for failure in found:
            _give_back(client, queue, failure)


def _receive(client: "SQSClient", queue: str) -> Iterator[Failure]:
    while True:
        answer = client.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=_AT_ONCE,
            VisibilityTimeout=_HELD_S,
            MessageAttributeNames=["All"],
        )
        if not answer.get("Messages"):
            return
        for message in answer["Messages"]:
            yield read_failure(
                message["ReceiptHandle"], message["Body"], message.get("MessageAttributes", {})
            )


def read_failure(receipt: str, body: str, attributes: Any) -> Failure:  # noqa: ANN401 # as SQS has it
    """Read a destination's record, or the raw event that a dead-letter queue holds."""
    record = json.loads(body)
    if "requestPayload" in record:
        event, response = record["requestPayload"], record.get("responsePayload") or {}
        reason = response.get("errorMessage", record["requestContext"]["condition"])
        attempts = record["requestContext"].get("approximateInvokeCount", 0)
    else:
        event, attempts = record, 0
        reason = attributes.get("ErrorMessage", {}).get("StringValue", "no reason given")
    return Failure(receipt, event, _subject(event), reason, attempts)


def _subject(event: Any) -> str:  # noqa: ANN401 # whatever was sent
    parts = read_event(event)
    return ", ".join(
        part.key if isinstance(part, ObjectEvent) else "an event of no known shape" for part in parts
    )


def _redrive(client: "SQSClient", deployment: Deployment, found: list[Failure], console: Console) -> int:
    def forget(place: int) -> None:
        client.delete_message(QueueUrl=deployment.failure_queue_url, ReceiptHandle=found[place].receipt)

    return send_all(deployment, [(failure.subject, failure.event) for failure in found], console, forget)


def _give_back(client: "SQSClient", queue: str, failure: Failure) -> None:
    try:
        client.change_message_visibility(QueueUrl=queue, ReceiptHandle=failure.receipt, VisibilityTimeout=0)
    except (client.exceptions.MessageNotInflight, client.exceptions.ReceiptHandleIsInvalid):
        return  # it went through and was deleted


def _in_words(failure: Failure) -> str:
    tried = f"tried {failure.attempts} times, " if failure.attempts else ""
    return f"{failure.subject}: {tried}{failure.reason}"


def _counted(found: list[Failure]) -> str:
    return f"{len(found)} failed event{'' if len(found) == 1 else 's'} in the queue."

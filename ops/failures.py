"""Lists the events in the failure queue, and invokes the function with them again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from rich.console import Console

from ops.invoke import invoke_all
from ops.result import Result
from ops.stack_outputs import StackOutputs, read_stack_outputs
from tastetrend_etl.s3_event import ObjectEvent, read_event

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_VISIBILITY_TIMEOUT_S = 900  # others can receive the messages again after this, should the command be killed
_MAX_MESSAGES = 10  # of one ReceiveMessage call: the limit of SQS


@dataclass(frozen=True)
class Failure:
    """One message of the failure queue.

    Attributes:
        receipt: the receipt handle, with which the message is deleted.
        event: the event that the function could not process.
        subject: the raw keys that the event names.
        reason: the error message of the last attempt.
        attempts: how many attempts were made; 0 when the message does not say.
    """

    receipt: str
    event: Any
    subject: str
    reason: str
    attempts: int


def list_failures(env: str, console: Console) -> Result:
    """Print the events of the failure queue, and leave them there."""
    outputs = read_stack_outputs(env)
    with leased_messages(boto3.client("sqs"), outputs) as failures:
        for failure in failures:
            console.print(_describe(failure), markup=False, soft_wrap=True)
    console.print(f"{_count(failures)} in the failure queue of {env}.")
    if failures:
        console.print(f"Remove the cause, then run: tastetrend redrive --env {env}")
    listed = [{"subject": f.subject, "reason": f.reason, "attempts": f.attempts} for f in failures]
    return Result({"environment": env, "failures": listed})


def redrive_failures(env: str, console: Console, *, yes: bool) -> Result:
    """Invoke the function with all events of the failure queue and delete the messages that succeed.

    Args:
        env: the environment.
        console: where progress and results are printed.
        yes: without it, only print which events would be sent.
    """
    outputs, client = read_stack_outputs(env), boto3.client("sqs")
    with leased_messages(client, outputs) as failures:
        if not yes:
            return _show_redrive(env, failures, console)

        def delete_message(index: int) -> None:
            client.delete_message(QueueUrl=outputs.failure_queue_url, ReceiptHandle=failures[index].receipt)

        results = invoke_all(outputs, [(f.subject, f.event) for f in failures], console, delete_message)
    failed = sum(result.failed for result in results)
    console.print(f"{env}: {len(failures) - failed} succeeded, {failed} failed again and stay in the queue.")
    events = [{"subject": f.subject, **vars(result)} for f, result in zip(failures, results, strict=True)]
    return Result({"environment": env, "dry_run": False, "events": events}, int(failed > 0))


def _show_redrive(env: str, failures: list[Failure], console: Console) -> Result:
    for failure in failures:
        console.print(f"would send: {failure.subject}", markup=False, soft_wrap=True)
    console.print(f"{_count(failures)} in the failure queue of {env}. Nothing was sent; add --yes to do it.")
    events = [{"subject": failure.subject} for failure in failures]
    return Result({"environment": env, "dry_run": True, "events": events})


@contextmanager
def leased_messages(client: "SQSClient", outputs: StackOutputs) -> Iterator[list[Failure]]:
    """Yield all messages of the failure queue; on exit, make those not deleted visible again."""
    queue = outputs.failure_queue_url
    failures = list(_receive_all(client, queue))
    try:
        yield failures
    finally:
        for failure in failures:
            _make_visible(client, queue, failure)


def _receive_all(client: "SQSClient", queue: str) -> Iterator[Failure]:
    while True:
        response = client.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=_MAX_MESSAGES,
            VisibilityTimeout=_VISIBILITY_TIMEOUT_S,
            MessageAttributeNames=["All"],
        )
        if not response.get("Messages"):
            return
        for message in response["Messages"]:
            yield read_failure(
                message["ReceiptHandle"], message["Body"], message.get("MessageAttributes", {})
            )


def read_failure(receipt: str, body: str, attributes: Any) -> Failure:  # noqa: ANN401 # as SQS has it
    """Parse a Lambda destination's record, or the raw event that a dead-letter queue holds."""
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
        part.key if isinstance(part, ObjectEvent) else "an event of unknown format" for part in parts
    )


def _make_visible(client: "SQSClient", queue: str, failure: Failure) -> None:
    try:
        client.change_message_visibility(QueueUrl=queue, ReceiptHandle=failure.receipt, VisibilityTimeout=0)
    except (client.exceptions.MessageNotInflight, client.exceptions.ReceiptHandleIsInvalid):
        return  # it succeeded and was deleted


def _describe(failure: Failure) -> str:
    attempts = f"tried {failure.attempts} times, " if failure.attempts else ""
    return f"{failure.subject}: {attempts}{failure.reason}"


def _count(failures: list[Failure]) -> str:
    return f"{len(failures)} failed event{'' if len(failures) == 1 else 's'}"

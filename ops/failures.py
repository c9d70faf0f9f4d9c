"""Lists the events in the failure queue, and invokes the function with them again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from ops.invoke import invoke_all
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_etl.s3_event import ObjectEvent, read_event

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_VISIBILITY_TIMEOUT_S = 900  # if the command is killed, the messages can be received again after this time


@dataclass(frozen=True)
class Failure:
    """One message of the failure queue.

    Attributes:
        receipt: the receipt handle, with which the message is deleted.
        event: the event that the function could not process.
        subject: the raw keys that the event names.
        reason: the error message of the last attempt.
        attempts: how many attempts were made; 0 if the message has no count.
    """

    receipt: str
    event: Any
    subject: str
    reason: str
    attempts: int


def list_failures(context: CommandContext) -> Result:
    """Print the events of the failure queue, and leave them there."""
    env, console = context.env, context.console
    with _leased_messages(boto3.client("sqs"), context.failure_queue_url) as failures:
        for failure in failures:
            attempts = f"tried {failure.attempts} times, " if failure.attempts else ""
            console.print(f"{failure.subject}: {attempts}{failure.reason}")
    console.print(_count(context, failures))
    if failures:
        console.print(f"Remove the cause, then run: tastetrend redrive --env {env}")
    listed = [{"subject": f.subject, "reason": f.reason, "attempts": f.attempts} for f in failures]
    return Result({"environment": env, "failures": listed})


def redrive_failures(context: CommandContext, *, yes: bool) -> Result:
    """Invoke the function with all failed events and delete those that succeed; without `yes`, list them."""
    client, queue = boto3.client("sqs"), context.failure_queue_url
    env, console = context.env, context.console
    with _leased_messages(client, queue) as failures:
        if not yes:
            return _show_redrive(context, failures)

        def delete_message(index: int) -> None:
            client.delete_message(QueueUrl=queue, ReceiptHandle=failures[index].receipt)

        results = invoke_all(context, [(f.subject, f.event) for f in failures], delete_message)
    failed = sum(result.failed for result in results)
    console.print(f"{env}: {len(results) - failed} succeeded, {failed} failed again and stay in the queue.")
    events = [{"subject": f.subject, **vars(result)} for f, result in zip(failures, results, strict=True)]
    return Result({"environment": env, "dry_run": False, "events": events}, int(failed > 0))


def read_reason(cause: str) -> str:
    """Return the message in the cause of a failed state, which is JSON if a function or a task has failed."""
    try:
        parsed = json.loads(cause)
        if "StoppedReason" in parsed:
            return _describe_task(parsed)
        return str(parsed["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return cause


def _describe_task(task: dict[str, Any]) -> str:
    """Return why a task has stopped; one that did not start has no exit code."""
    codes = [container["ExitCode"] for container in task["Containers"] if "ExitCode" in container]
    code = f" with exit code {codes[0]}" if codes else ""
    return f"the task ended{code} ({task['StoppedReason']}); its log has the reason"


def _show_redrive(context: CommandContext, failures: list[Failure]) -> Result:
    for failure in failures:
        context.console.print(f"would send: {failure.subject}")
    context.console.print(f"{_count(context, failures)} Nothing was sent; add --yes to do it.")
    subjects = [{"subject": failure.subject} for failure in failures]
    return Result({"environment": context.env, "dry_run": True, "events": subjects})


def _count(context: CommandContext, failures: list[Failure]) -> str:
    plural = "" if len(failures) == 1 else "s"
    return f"{len(failures)} failed event{plural} in the failure queue of {context.env}."


@contextmanager
def _leased_messages(client: "SQSClient", queue: str) -> Iterator[list[Failure]]:
    """Yield all messages of the queue with this URL; on exit, make those not deleted visible again."""
    failures = list(_receive_all(client, queue))
    deleted = client.exceptions.MessageNotInflight, client.exceptions.ReceiptHandleIsInvalid
    try:
        yield failures
    finally:
        for receipt in (failure.receipt for failure in failures):
            with suppress(*deleted):
                client.change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=0)


def _receive_all(client: "SQSClient", queue: str) -> Iterator[Failure]:
    while messages := client.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=10,  # the limit of SQS
        VisibilityTimeout=_VISIBILITY_TIMEOUT_S,
        MessageAttributeNames=["All"],
    ).get("Messages"):
        yield from map(_parse, messages)


def _parse(message: "MessageTypeDef") -> Failure:
    """Parse the record of a Lambda destination, or the raw event that a dead-letter queue contains."""
    record = json.loads(message["Body"])
    if "requestPayload" in record:
        event, context = record["requestPayload"], record["requestContext"]
        reason = read_reason((record.get("responsePayload") or {}).get("errorMessage", context["condition"]))
        attempts = context.get("approximateInvokeCount", 0)
    else:
        attributes: Any = message.get("MessageAttributes", {})
        reason = attributes.get("ErrorMessage", {}).get("StringValue", "no reason given")
        event, attempts = record, 0
    keys = [e.key if isinstance(e, ObjectEvent) else "an event of unknown format" for e in read_event(event)]
    return Failure(message["ReceiptHandle"], event, ", ".join(keys), reason, attempts)

"""Changes parameters of an environment's stack, so that CloudFormation stays the source of truth."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from ops.errors import CommandError
from ops.stack_outputs import CommandContext
from ops.update_failure import describe_failure

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

CANARY, ALL_AT_ONCE = "canary", "all-at-once"
"""Values of the parameter `TrafficShift`: how the alias that S3 events invoke moves."""

_SHIFT = "TrafficShift"
_POLL_S = 2.0
_PATIENCE_S = 3_600.0  # a deployment and a canary can take half an hour
_CANCEL_PATIENCE_S = 300.0  # after this time, a rollback moves the alias itself


def read_parameters(context: CommandContext) -> tuple[dict[str, str], bool]:
    """Return the values of the stack's parameters, and whether an update is in progress."""
    stack = _describe(boto3.client("cloudformation"), context)
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    return values, _is_updating(stack)


def wait_until_stable(context: CommandContext) -> None:
    """Wait until no update is in progress.

    Raises:
        CommandError: the stack is still busy after an hour.
    """
    _wait_until_stable(boto3.client("cloudformation"), context, _PATIENCE_S)


def set_parameters(context: CommandContext, parameters: Mapping[str, str], shift: str | None) -> None:
    """Wait for an update in progress, then update the stack with these parameters, and wait for that.

    A stack without a canary has no parameter for `shift`; None leaves it as it is.

    Raises:
        CommandError: CloudFormation rolled the update back, with its reason; or the stack stays busy; or
            another command has updated it in between.
    """
    client = boto3.client("cloudformation")
    stack = _wait_until_stable(client, context, _PATIENCE_S)
    if _update(client, stack, {**parameters, **({_SHIFT: shift} if shift else {})}):
        stack = _wait_until_stable(client, context, _PATIENCE_S)
        _check(client, stack, context)
        _check_values(stack, parameters)


def _check_values(stack: "StackTypeDef", parameters: Mapping[str, str]) -> None:
    """Notice that the update that was waited for is one of another command, which came in between."""
    stored = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    if others := [key for key, value in parameters.items() if stored.get(key) != value]:
        raise CommandError(f"another command has changed {', '.join(others)} of {stack['StackName']}")


def cancel_update(context: CommandContext) -> None:
    """Cancel the update in progress, if there is one, and wait until it is rolled back.

    Raises:
        CommandError: the stack is still busy after five minutes.
    """
    client = boto3.client("cloudformation")
    if _describe(client, context)["StackStatus"] == "UPDATE_IN_PROGRESS":
        context.console.print(f"Cancelling the update of tastetrend-{context.env} that is under way.")
        try:
            client.cancel_update_stack(StackName=f"tastetrend-{context.env}")
        except ClientError as error:
            if error.response["Error"].get("Code") != "ValidationError":  # which means: it has just ended
                raise
    _wait_until_stable(client, context, _CANCEL_PATIENCE_S)


def _describe(client: "CloudFormationClient", context: CommandContext) -> "StackTypeDef":
    return client.describe_stacks(StackName=f"tastetrend-{context.env}")["Stacks"][0]


def _is_updating(stack: "StackTypeDef") -> bool:
    return stack["StackStatus"].endswith("_IN_PROGRESS")


def _wait_until_stable(
    client: "CloudFormationClient", context: CommandContext, patience_s: float
) -> "StackTypeDef":
    """Return the stack once no update is in progress, of this command or another one."""
    with context.console.status(f"waiting until tastetrend-{context.env} is stable"):
        for _ in range(int(patience_s / _POLL_S)):
            stack = _describe(client, context)
            if not _is_updating(stack):
                return stack
            time.sleep(_POLL_S)
    raise CommandError(
        f"tastetrend-{context.env} is still {stack['StackStatus']} after {patience_s / 60:.0f} minutes; "
        "its events in CloudFormation show what it waits for"
    )


def _update(client: "CloudFormationClient", stack: "StackTypeDef", parameters: Mapping[str, str]) -> bool:
    """Start the update; return False when the stack has these values already."""
    keys = [known["ParameterKey"] for known in stack.get("Parameters", [])]
    given: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value}
        for key, value in parameters.items()
        if key in keys or key != _SHIFT
    ]
    others: list[ParameterTypeDef] = [
        {"ParameterKey": key, "UsePreviousValue": True} for key in keys if key not in parameters
    ]
    try:
        client.update_stack(
            StackName=stack["StackName"],
            UsePreviousTemplate=True,
            Parameters=[*others, *given],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise
    return True


def _check(client: "CloudFormationClient", stack: "StackTypeDef", context: CommandContext) -> None:
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        return
    raise CommandError(
        f"the update of {stack['StackName']} was rolled back ({stack['StackStatus']}): "
        f"{describe_failure(client, context)}"
    )

"""Moves an alias by its stack parameter, so that CloudFormation stays the source of truth."""

import time
from typing import TYPE_CHECKING

import boto3
import typer
from botocore.exceptions import ClientError
from rich.console import Console

from ops.deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_POLL_S = 2.0
_NOTHING_TO_DO = "No updates are to be performed"


def shift(deployment: Deployment, alias: str, version: str, console: Console) -> None:
    """Move an alias to a version and wait until the traffic has moved.

    Raises:
        typer.Exit: it was rolled back; says why.
    """
    client, stack = boto3.client("cloudformation"), f"tastetrend-{deployment.env}"
    with console.status(f"waiting for {stack} to come to rest"):
        before = _rest(client, stack)
    with console.status(f"moving {alias} to version {version}"):
        if _update(client, before, f"{alias.capitalize()}Version", version):
            _check(_rest(client, stack), client, console)
    _move_if_by_hand(deployment, alias, version)


def _rest(client: "CloudFormationClient", stack: str) -> "StackTypeDef":
    """Return the stack once nothing is under way, be it our own update or an interrupted one."""
    while True:
        found = client.describe_stacks(StackName=stack)["Stacks"][0]
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            return found
        time.sleep(_POLL_S)


def _update(client: "CloudFormationClient", stack: "StackTypeDef", parameter: str, version: str) -> bool:
    """Start the update; return False when the stack says the version already."""
    others: list[ParameterTypeDef] = [
        {"ParameterKey": known["ParameterKey"], "UsePreviousValue": True}
        for known in stack.get("Parameters", [])
        if known["ParameterKey"] != parameter
    ]
    try:
        client.update_stack(
            StackName=stack["StackName"],
            UsePreviousTemplate=True,
            Parameters=[*others, {"ParameterKey": parameter, "ParameterValue": version}],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        if _NOTHING_TO_DO in str(error):
            return False
        raise
    return True


def _check(stack: "StackTypeDef", client: "CloudFormationClient", console: Console) -> None:
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        return
    events = client.describe_stack_events(StackName=stack["StackName"])["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]
    console.print(
        f"The shift did not hold, the alias is where it was ({stack['StackStatus']}): "
        f"{reasons[0] if reasons else 'CloudFormation gives no reason'}",
        markup=False,
    )
    raise typer.Exit(1)


def _move_if_by_hand(deployment: Deployment, alias: str, version: str) -> None:
    """Put an alias right that somebody moved by hand, which CloudFormation does not notice."""
    client = boto3.client("lambda")
    if client.get_alias(FunctionName=deployment.function, Name=alias)["FunctionVersion"] != version:
        client.update_alias(FunctionName=deployment.function, Name=alias, FunctionVersion=version)

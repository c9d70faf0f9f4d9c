"""Moves an alias by its stack parameter, so that CloudFormation stays the source of truth."""

import time
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError
from rich.console import Console

from ops.errors import CommandError
from ops.stack_outputs import StackOutputs

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

_POLL_S = 2.0
_NO_UPDATES = "No updates are to be performed"


def move_alias(outputs: StackOutputs, alias: str, version: str, console: Console) -> None:
    """Move an alias to a version and wait until all traffic has moved.

    Raises:
        CommandError: CloudFormation rolled the update back; gives its reason.
    """
    client, stack = boto3.client("cloudformation"), f"tastetrend-{outputs.env}"
    with console.status(f"waiting until {stack} is stable"):
        before = _wait_until_stable(client, stack)
    with console.status(f"moving {alias} to version {version}"):
        if _update(client, before, f"{alias.capitalize()}Version", version):
            _check(_wait_until_stable(client, stack), client)
    _repair_alias_drift(outputs, alias, version)


def _wait_until_stable(client: "CloudFormationClient", stack: str) -> "StackTypeDef":
    """Return the stack once no update is in progress, of this command or an earlier one."""
    while True:
        found = client.describe_stacks(StackName=stack)["Stacks"][0]
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            return found
        time.sleep(_POLL_S)


def _update(client: "CloudFormationClient", stack: "StackTypeDef", parameter: str, version: str) -> bool:
    """Start the update; return False when the stack has this version already."""
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
        if _NO_UPDATES in str(error):
            return False
        raise
    return True


def _check(stack: "StackTypeDef", client: "CloudFormationClient") -> None:
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        return
    events = client.describe_stack_events(StackName=stack["StackName"])["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]
    raise CommandError(
        f"the update of {stack['StackName']} was rolled back ({stack['StackStatus']}), "
        f"the alias is where it was: {reasons[0] if reasons else 'CloudFormation gives no reason'}"
    )


def _repair_alias_drift(outputs: StackOutputs, alias: str, version: str) -> None:
    """Move an alias that was moved outside of CloudFormation, which an update does not notice."""
    client = boto3.client("lambda")
    if client.get_alias(FunctionName=outputs.function, Name=alias)["FunctionVersion"] != version:
        client.update_alias(FunctionName=outputs.function, Name=alias, FunctionVersion=version)

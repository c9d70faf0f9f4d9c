"""Moves an alias by its stack parameter, so that CloudFormation stays the source of truth."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from ops.errors import CommandError
from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef

_POLL_S = 2.0


def move_alias(context: CommandContext, alias: str, version: str) -> None:
    """Move an alias to a version, of both tiers of the function, and wait until all traffic has moved.

    A version of the large function has the number of the small one's in its variables.

    Raises:
        CommandError: CloudFormation rolled the update back; gives its reason.
    """
    client, name = boto3.client("cloudformation"), f"tastetrend-{context.env}"
    large = _find_large_version(f"{context.function}-large", version)
    versions = {"": version} | ({"Large": large} if large else {})
    with context.console.status(f"waiting until {name} is stable"):
        stack = _wait_until_stable(client, name)
    with context.console.status(f"moving {alias} to version {version}"):
        parameters = {f"{tier}{alias.capitalize()}Version": number for tier, number in versions.items()}
        if _update(client, stack, parameters):
            _check(_wait_until_stable(client, name), client)
    for tier, number in versions.items():
        _repair_alias_drift(f"{context.function}-large" if tier else context.function, alias, number)


def _find_large_version(function: str, version: str) -> str | None:
    """Return the newest of the large function's versions that belong to a version; None if there is none."""
    client = boto3.client("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    try:
        versions = [each for page in pages for each in page["Versions"]]
    except client.exceptions.ResourceNotFoundException:
        return None  # the stack is older than the large function
    return max((each["Version"] for each in versions if _belongs_to(each, version)), key=int, default=None)


def _belongs_to(large: "FunctionConfigurationTypeDef", version: str) -> bool:
    variables = large.get("Environment", {}).get("Variables", {})
    return large["Version"] != "$LATEST" and variables.get("ETL_VERSION") == version


def _wait_until_stable(client: "CloudFormationClient", name: str) -> "StackTypeDef":
    """Return the stack once no update is in progress, of this command or an earlier one."""
    while True:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(_POLL_S)


def _update(client: "CloudFormationClient", stack: "StackTypeDef", parameters: Mapping[str, str]) -> bool:
    """Start the update; return False when the stack has these versions already."""
    keys = {known["ParameterKey"] for known in stack.get("Parameters", [])} - parameters.keys()
    others: list[ParameterTypeDef] = [{"ParameterKey": key, "UsePreviousValue": True} for key in keys]
    given: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": version} for name, version in parameters.items()
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


def _check(stack: "StackTypeDef", client: "CloudFormationClient") -> None:
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        return
    events = client.describe_stack_events(StackName=stack["StackName"])["StackEvents"]
    reasons = (event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason"))
    raise CommandError(
        f"the update of {stack['StackName']} was rolled back ({stack['StackStatus']}), "
        f"the alias is where it was: {next(reasons, 'CloudFormation gives no reason')}"
    )


def _repair_alias_drift(function: str, alias: str, version: str) -> None:
    """Move an alias that was moved outside of CloudFormation, which an update does not notice."""
    client = boto3.client("lambda")
    if client.get_alias(FunctionName=function, Name=alias)["FunctionVersion"] != version:
        client.update_alias(FunctionName=function, Name=alias, FunctionVersion=version)

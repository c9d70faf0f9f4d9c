"""Tells why CloudFormation rolled an update back: by CodeDeploy's reason where a canary was stopped."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

_UNKNOWN = "CloudFormation gives no reason"
_CONSEQUENCE = "Resource update cancelled"  # of those beside the one that has failed


def describe_failure(client: "CloudFormationClient", context: CommandContext) -> str:
    """Return the reason of the first resource that failed in the last update, and that of CodeDeploy.

    CloudFormation itself may only say of the alias that CodeDeploy has rolled it back.
    """
    events = [*_last_update(client, f"tastetrend-{context.env}")]
    reasons = [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]
    failed = [
        event["ResourceStatusReason"]
        for event in events
        if event.get("ResourceStatusReason", _CONSEQUENCE) != _CONSEQUENCE
        and event.get("ResourceStatus", "").endswith("_FAILED")
    ]
    reason = failed[-1] if failed else next(iter(reasons), _UNKNOWN)
    stopped = _find_stopped_canary(context, events[-1]["Timestamp"]) if events else None
    return f"{reason}; {stopped}" if stopped else reason


def _last_update(client: "CloudFormationClient", stack: str) -> Iterator["StackEventTypeDef"]:
    """Yield the events of the last update, the newest first, to its beginning."""
    for event in client.describe_stack_events(StackName=stack)["StackEvents"]:
        yield event
        is_of_stack = event.get("PhysicalResourceId") == event.get("StackId")
        if is_of_stack and event.get("ResourceStatus") == "UPDATE_IN_PROGRESS":
            return


def _find_stopped_canary(context: CommandContext, since: datetime) -> str | None:
    """Return what CodeDeploy says of the deployment that has failed since; None if it says nothing."""
    client = boto3.client("codedeploy")
    try:
        failed = client.list_deployments(
            applicationName=context.function,
            deploymentGroupName=f"{context.function}-{context.alias}",
            includeOnlyStatuses=["Failed", "Stopped"],
            createTimeRange={"start": since},
        )["deployments"]
        deployments = [client.get_deployment(deploymentId=each)["deploymentInfo"] for each in failed]
    except (BotoCoreError, ClientError):
        return None  # there is no canary, or no permission to look at it
    if not deployments:
        return None
    last = max(deployments, key=lambda each: each["createTime"])
    error = last.get("errorInformation", {})
    why = ": ".join(filter(None, (error.get("code"), error.get("message"))))
    return f"CodeDeploy ended {last['deploymentId']}: {why or last['status']}"

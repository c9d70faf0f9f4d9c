"""Deletes an environment: the objects in its buckets, its stack, and what the stack leaves."""

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console

from ops import bucket_content
from ops.bucket_content import BucketContent
from ops.errors import CommandError
from ops.result import Result
from ops.stack_outputs import FAIL_FAST

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

_POLL_S = 2.0
_ATTEMPTS = 3  # functions and CloudTrail may write objects until CloudFormation has deleted them
_LOG_PREFIXES = ("/aws/lambda/", "/aws/vendedlogs/states/", "/aws/ecs/")


@dataclass(frozen=True)
class _Leftovers:
    """What outlives a stack: logs that a function wrote after its deletion, replaced task definitions."""

    log_groups: list[str]
    task_definitions: list[str]


def destroy_environment(env: str, console: Console, *, yes: bool) -> Result:
    """Delete everything that belongs to an environment; without `yes`, only show it.

    Raises:
        CommandError: CloudFormation could not delete the stack; gives its reason.
    """
    name, client = f"tastetrend-{env}", boto3.client("cloudformation", config=FAIL_FAST)
    stack = _find_stack(client, name)
    resources = _list_resources(client, stack["StackId"]) if stack else []
    buckets = [physical for kind, physical in resources if kind == "AWS::S3::Bucket"]
    contents = [bucket_content.count(bucket) for bucket in buckets]
    left = _find_leftovers(name)
    data: dict[str, Any] = {"environment": env, "stack": name if stack else None, "resources": len(resources)}
    data |= {"buckets": [asdict(content) for content in contents], **asdict(left)}
    if not yes:
        _show(name, len(resources), contents, left, console)
        return Result(data | {"dry_run": True})
    if stack:
        with console.status(f"deleting {name}"):
            _delete_stack(client, stack["StackId"], buckets)
    _delete_leftovers(_find_leftovers(name))
    console.print(
        f"{name} was deleted: {len(resources)} resources, and the content of {len(buckets)} buckets."
    )
    return Result(data | {"dry_run": False})


def _show(
    name: str, resources: int, contents: list[BucketContent], left: _Leftovers, console: Console
) -> None:
    for each in contents:
        console.print(
            f"would empty: {each.bucket} ({each.versions} versions of objects, "
            f"{each.delete_markers} delete markers, {each.uploads} unfinished uploads)"
        )
    for other in (*left.log_groups, *left.task_definitions):
        console.print(f"would delete, with or after the stack: {other}")
    console.print(
        f"The stack {name} with {resources} resources would be deleted. Nothing was done; add --yes to do it."
    )


def _find_stack(client: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    try:
        return client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _list_resources(client: "CloudFormationClient", stack_id: str) -> list[tuple[str, str]]:
    """Return type and physical id of each resource that is there."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    return [
        (each["ResourceType"], each["PhysicalResourceId"])
        for page in pages
        for each in page["StackResourceSummaries"]
        if each.get("PhysicalResourceId") and each["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def _delete_stack(client: "CloudFormationClient", stack_id: str, buckets: list[str]) -> None:
    """Empty the buckets and delete the stack, again if something was written in between."""
    _wait_until_stable(client, stack_id)
    for _ in range(_ATTEMPTS):
        for bucket in buckets:
            bucket_content.delete(bucket)
        client.delete_stack(StackName=stack_id)
        stack = _wait_until_stable(client, stack_id)
        if stack["StackStatus"] == "DELETE_COMPLETE":
            return
    raise CommandError(
        f"{stack['StackName']} is not deleted ({stack['StackStatus']}): "
        f"{stack.get('StackStatusReason', 'CloudFormation gives no reason')}; remove the cause, "
        "then run the command again"
    )


def _wait_until_stable(client: "CloudFormationClient", stack_id: str) -> "StackTypeDef":
    """Return the stack once nothing is in progress; by its id, it is found after its deletion too."""
    while True:
        stack = client.describe_stacks(StackName=stack_id)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(_POLL_S)


def _find_leftovers(name: str) -> _Leftovers:
    logs, ecs = boto3.client("logs"), boto3.client("ecs")
    groups = logs.get_paginator("describe_log_groups")
    families = ecs.get_paginator("list_task_definition_families")
    definitions = ecs.get_paginator("list_task_definitions")
    return _Leftovers(
        [
            group["logGroupName"]
            for prefix in _LOG_PREFIXES
            for page in groups.paginate(logGroupNamePrefix=f"{prefix}{name}-")
            for group in page["logGroups"]
        ],
        [
            arn
            for page in families.paginate(familyPrefix=f"{name}-", status="ACTIVE")
            for family in page["families"]
            for listed in definitions.paginate(familyPrefix=family)
            for arn in listed["taskDefinitionArns"]
        ],
    )


def _delete_leftovers(left: _Leftovers) -> None:
    logs, ecs = boto3.client("logs"), boto3.client("ecs")
    for group in left.log_groups:
        logs.delete_log_group(logGroupName=group)
    for arn in left.task_definitions:
        ecs.deregister_task_definition(taskDefinition=arn)
        ecs.delete_task_definitions(taskDefinitions=[arn])

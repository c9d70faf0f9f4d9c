"""The tasks of the batch: invoking a function, running a task, with retries, and keeping a failed file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from tastetrend_stack.file_task_access import CONTAINER

_THROTTLED = [
    f"Lambda.{name}"
    for name in ("TooManyRequestsException", "ServiceException", "AWSLambdaException", "SdkClientException")
]
ACTION = {"action": "$.Payload.files[0].action"}
_VERSION = {"version": "$.ExecutedVersion"}
_TASK_TIMEOUT = Duration.hours(6)
INPUT = {"key": sfn.JsonPath.string_at("$.key"), "reprocess": sfn.JsonPath.object_at("$.reprocess")}


@dataclass(frozen=True)
class TaskPlacement:
    """The task for files that are too large for a function: its name, and the network in which it runs."""

    name: str
    subnets: Sequence[str]
    security_group: str


@dataclass(frozen=True)
class Targets:
    """The resources that the states use; without a `task`, the large function is the last one."""

    raw: s3.Bucket
    processed: s3.Bucket
    etl: lambda_.IFunction
    large: lambda_.IFunction
    report: lambda_.IFunction
    failures: sqs.Queue
    task: TaskPlacement | None = None


def invoke(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    payload: Mapping[str, Any],
    results: Mapping[str, str],
    result_path: str = "$.result",
) -> tasks.LambdaInvoke:
    """Invoke a function, with retries; the result has the parts of its response under these paths."""
    task = tasks.LambdaInvoke(
        scope,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)),
        retry_on_service_exceptions=False,  # this default lacks TooManyRequestsException
        result_selector={name: sfn.JsonPath.object_at(path) for name, path in results.items()},
        result_path=result_path,
    )
    # At random times, so that what was throttled at the same time is not sent again at the same time.
    for errors, attempts in ((_THROTTLED, 8), (["States.ALL"], 2)):
        task.add_retry(
            errors=errors,
            max_attempts=attempts,
            interval=Duration.seconds(2),
            max_delay=Duration.minutes(2),
            jitter_strategy=sfn.JitterType.FULL,
        )
    return task


def process_large(scope: Construct, targets: Targets, name: str) -> sfn.IChainable:
    """Invoke the large function on one file; if that is too small, run the task, if there is one."""
    results = ACTION | _VERSION if targets.task else ACTION
    large = invoke(scope, name, targets.large, INPUT, results)
    large.add_catch(keep_failure(scope, targets, name), result_path="$.failure")
    if targets.task is None:
        return large
    return large.next(if_too_large(scope, name, run_task(scope, targets, targets.task, f"{name}Task")))


def if_too_large(scope: Construct, name: str, larger: sfn.IChainable) -> sfn.Choice:
    """Go on to the next tier with what a function has found too large."""
    too_large = sfn.Condition.string_equals("$.result.action", "too_large_here")
    processed = sfn.Succeed(scope, f"{name}Processed")
    return sfn.Choice(scope, f"{name}Fit").when(too_large, larger).otherwise(processed)


def run_task(scope: Construct, targets: Targets, task: TaskPlacement, name: str) -> sfn.CustomState:
    """Run the task of the large function's version that has answered, and wait for its end."""
    state = {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::ecs:runTask.sync",
        "Parameters": _task_parameters(task),
        "ResultPath": None,
        "TimeoutSeconds": _TASK_TIMEOUT.to_seconds(),
    }
    running = sfn.CustomState(scope, name, state_json=state)
    full, half_a_minute = sfn.JitterType.FULL, Duration.seconds(30)
    running.add_retry(errors=["States.Timeout"], max_attempts=0)  # the next attempt would take as long
    running.add_retry(errors=["States.ALL"], max_attempts=2, interval=half_a_minute, jitter_strategy=full)
    running.add_catch(keep_failure(scope, targets, name), result_path="$.failure")
    return running


def _task_parameters(task: TaskPlacement) -> dict[str, Any]:
    """Return the request: the task gets its file by environment variables, whatever the key looks like."""
    variables = [
        {"Name": "RAW_KEY", "Value.$": "$.key"},
        {"Name": "REPROCESS", "Value.$": "States.JsonToString($.reprocess)"},
    ]
    network = {"Subnets": task.subnets, "SecurityGroups": [task.security_group]}
    return {
        "LaunchType": "FARGATE",
        "Cluster": task.name,
        "TaskDefinition.$": f"States.Format('{task.name}-{{}}', $.result.version)",
        "NetworkConfiguration": {"AwsvpcConfiguration": {**network, "AssignPublicIp": "ENABLED"}},
        "Overrides": {"ContainerOverrides": [{"Name": CONTAINER, "Environment": variables}]},
    }


def keep_failure(scope: Construct, targets: Targets, branch: str) -> sfn.IChainable:
    """Send the file to the failure queue, as Lambda sends a failed event, then fail."""
    error, cause = (sfn.JsonPath.string_at(f"$.failure.{field}") for field in ("Error", "Cause"))
    record = {
        "requestPayload": INPUT,
        "requestContext": {"condition": error},
        "responsePayload": {"errorMessage": cause},
    }
    keep = tasks.SqsSendMessage(
        scope,
        f"Keep{branch}",
        queue=targets.failures,
        message_body=sfn.TaskInput.from_object(record),
        result_path=sfn.JsonPath.DISCARD,
    )
    failed = sfn.Fail(scope, f"{branch}Failed", error_path="$.failure.Error", cause_path="$.failure.Cause")
    return keep.next(failed)

"""The tasks of the batch: invoking a function, with retries, and keeping a failed file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

_THROTTLED = [
    f"Lambda.{name}"
    for name in ("TooManyRequestsException", "ServiceException", "AWSLambdaException", "SdkClientException")
]
ACTION = {"action": "$.Payload.files[0].action"}
INPUT = {"key": sfn.JsonPath.string_at("$.key"), "reprocess": sfn.JsonPath.object_at("$.reprocess")}


@dataclass(frozen=True)
class Targets:
    """The resources that the states use."""

    raw: s3.Bucket
    processed: s3.Bucket
    etl: lambda_.IFunction
    large: lambda_.IFunction
    report: lambda_.IFunction
    failures: sqs.Queue


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
    """Invoke the large function on one file."""
    large = invoke(scope, name, targets.large, INPUT, ACTION)
    large.add_catch(keep_failure(scope, targets, name), result_path="$.failure")
    return large


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

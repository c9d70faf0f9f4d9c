"""Metrics that the emulator does not record: of log lines, versions, queues and executions."""
# ruff: noqa: SLF001 # as in ministack_patches

import json
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from ministack.services import cloudwatch, lambda_svc, sqs, stepfunctions  # type: ignore[import-untyped]

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]

_LAMBDA = "AWS/Lambda"
_STATUS_OF_METRIC = {
    "ExecutionsSucceeded": "SUCCEEDED",
    "ExecutionsFailed": "FAILED",
    "ExecutionsTimedOut": "TIMED_OUT",
    "ExecutionsAborted": "ABORTED",
}
_RECEIVED_OFTEN = 3  # from then on, the age of a message does not count

_record: Callable[..., None] = cloudwatch.record_metric
_dispatch: Callable[..., Record] = lambda_svc._execute_function_dispatch
_invoke: Callable[..., Any] = lambda_svc._invoke

_ran: ContextVar[Record] = ContextVar("ran")
_owed: dict[tuple[str, str], float] = {}


def register() -> None:
    """Record the metrics of invocations, and route the invocations of a weighted alias."""
    lambda_svc._execute_function_dispatch = _run
    lambda_svc._invoke = _invoke_and_name_version
    lambda_svc._emit_lambda_metrics = _record_throttle  # the others are recorded when the function has run
    cloudwatch._get_metric_statistics = _sample_queues_before(cloudwatch._get_metric_statistics)


def points(namespace: str, name: str, dimensions: dict[str, str], start: float, end: float) -> list[Record]:
    """Return a metric's points after `start` until `end`, in seconds since 1970."""
    if namespace == "AWS/SQS":
        _sample_queue(name, dimensions)
    ended = _ended_executions(name, dimensions.get("StateMachineArn")) if namespace == "AWS/States" else ()
    recorded = cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(dimensions))) or ()
    return [point for point in (*recorded, *ended) if start < point["Timestamp"] <= end]


def _sample_queues_before(get_statistics: Callable[..., Any]) -> Callable[..., Any]:
    """Record the state of all queues before metrics are read."""

    def sample_and_get(*arguments: object) -> Any:  # noqa: ANN401 # as the emulator's own
        for queue in list(sqs._queue_name_to_url):
            for name in ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"):
                _sample_queue(name, {"QueueName": queue})
        return get_statistics(*arguments)

    return sample_and_get


def _sample_queue(name: str, dimensions: dict[str, str]) -> None:
    """Record a queue's state now; CloudWatch does this once a minute."""
    queue = sqs._queues.get(sqs._queue_name_to_url.get(dimensions.get("QueueName")))
    if not queue:
        return
    now, messages = time.time(), list(queue["messages"])
    if name == "ApproximateNumberOfMessagesVisible":
        _record("AWS/SQS", name, sum(each["visible_at"] <= now for each in messages), "Count", dimensions)
    if name == "ApproximateAgeOfOldestMessage":
        sent = [each["sent_at"] for each in messages if each["receive_count"] < _RECEIVED_OFTEN]
        _record("AWS/SQS", name, now - min(sent, default=now), "Seconds", dimensions)


def _ended_executions(name: str, machine: str | None) -> Iterable[Record]:
    """Return a point for each execution of a state machine that ended with the metric's status."""
    status = _STATUS_OF_METRIC.get(name)
    for execution in list(stepfunctions._executions.values()):
        if execution["status"] == status and execution["stateMachineArn"] == machine:
            ended = datetime.fromisoformat(execution["stopDate"]).timestamp()
            yield {"Timestamp": ended, "Value": 1.0}


def _run(function: Record, config: Record, event: object, request_id: str, started: float) -> Record:
    """Run a function, of a weighted alias one of its two versions, and record its metrics."""
    function, config = _route(function, config)
    if ran := _ran.get(None):
        ran["version"] = config.get("Version")
    result = _dispatch(function, config, event, request_id, started)
    record_log(result.get("log") or "")
    measured = {
        "Invocations": (1, "Count"),
        "Errors": (int(bool(result.get("error"))), "Count"),
        "Duration": ((time.time() - started) * 1000, "Milliseconds"),
    }
    for dimensions in _lambda_dimensions(config):
        for name, (value, unit) in measured.items():
            _record(_LAMBDA, name, value, unit, dimensions)
    return result


def _route(function: Record, config: Record) -> tuple[Record, Record]:
    """Return the version that a weighted alias runs now: its share of the invocations, the first included."""
    qualifier, arn = _qualifier(config), str(config.get("FunctionArn"))
    base = lambda_svc._functions.get(config["FunctionName"]) or {}
    routing = base.get("aliases", {}).get(qualifier, {}).get("RoutingConfig") or {}
    weights: dict[str, float] = routing.get("AdditionalVersionWeights") or {}
    for version, weight in weights.items():
        owed = _owed.get((arn, version), 1 - weight) + weight
        is_due = owed > 1 - 1e-9
        _owed[arn, version] = owed - is_due
        if is_due:
            config = base["versions"][version]["config"] | {"FunctionArn": arn}
            return base["versions"][version] | {"config": config}, config
    return function, config


def _qualifier(config: Record) -> str:
    """Return the alias or the version that was invoked; empty if none was named."""
    return str(config.get("FunctionArn", "")).partition(":function:")[2].partition(":")[2]


def _lambda_dimensions(config: Record) -> Iterable[dict[str, str]]:
    """Return the dimensions of an invocation's metrics; only an alias has those of the executed version."""
    name, qualifier = config["FunctionName"], _qualifier(config)
    resource = {"FunctionName": name, "Resource": f"{name}:{qualifier}" if qualifier else name}
    yield {"FunctionName": name}
    yield resource
    if qualifier and not qualifier.isdigit() and qualifier != "$LATEST":
        yield resource | {"ExecutedVersion": config.get("Version", "$LATEST")}


def _record_throttle(function: str, *, throttle: bool, **_others: object) -> None:
    if throttle:
        _record(_LAMBDA, "Throttles", 1, "Count", {"FunctionName": function})


async def _invoke_and_name_version(*arguments: object, **named: object) -> Response:
    """Name in the response the version that has run, which a weighted alias does not determine."""
    ran: Record = {"version": None}
    _ran.set(ran)
    status, headers, body = await _invoke(*arguments, **named)
    if ran["version"]:
        headers["X-Amz-Executed-Version"] = ran["version"]
    return status, headers, body


def record_log(log: str) -> None:
    """Record the metrics of log lines in CloudWatch's embedded metric format."""
    for line in log.splitlines():
        if '"CloudWatchMetrics"' in line:
            _record_line(line)


def _record_line(line: str) -> None:
    try:
        entry = json.loads(line)
    except ValueError:
        return  # a log line that only quotes one
    for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
        for names in directive["Dimensions"]:
            dimensions = {name: str(entry[name]) for name in names}
            for metric in directive["Metrics"]:
                values = entry[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    _record(directive["Namespace"], metric["Name"], value, unit, dimensions)

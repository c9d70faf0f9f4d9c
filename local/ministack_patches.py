"""Patches the emulator where this stack depends on AWS behaviour that it lacks."""
# ruff: noqa: SLF001 # it has no hooks, so private functions are wrapped; its version is pinned

import asyncio
import contextvars
import json
import re
import time
from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any
from urllib.parse import unquote

from ministack.app import app  # type: ignore[import-untyped]
from ministack.services import (  # type: ignore[import-untyped]
    bedrock_runtime,
    ecs,
    lambda_svc,
    ssm,
    stepfunctions,
)

from local import (
    ministack_alarms,
    ministack_athena,
    ministack_codedeploy,
    ministack_metrics,
    ministack_permissions,
    ministack_stack_updates,
    ministack_vectors,
)
from local.ministack_embeddings import invoke_model
from local.ministack_tasks import run_tasks, wait_for_tasks

__all__ = ["app"]

Record = dict[str, Any]
Resolved = tuple[Record | None, Record | None]
Response = tuple[int, dict[str, str], bytes]

_LAYER_PARAMETER = re.compile(r"/aws/service/(aws-sdk-pandas|powertools)/.+")
_PUBLISHER = "1" * 12  # another account: the emulator looks up layers of the stack's own
_RETRY_SECONDS = 0.1

_find_parameter: Callable[[str], Record | None] = ssm._public_parameter
_execute: Callable[[Record, object], Record] = lambda_svc._execute_function
_resolve: Callable[[Record | None, str | None], Resolved] = lambda_svc._effective_func_record_for_qualifier
_get_function: Callable[[str, str | None], Response] = lambda_svc._get_function
_invoke_task: Callable[[str, Record], Any] = stepfunctions._invoke_resource
_call_states: Callable[..., Awaitable[Response]] = stepfunctions.handle_request
_run_states: Callable[..., object] = stepfunctions._run_sub_machine
_fail: Callable[[Record, str, str], None] = stepfunctions._fail_execution


def _find_layer_parameter(name: str) -> Record | None:
    """Return the public parameters of the managed layers, which AWS provides."""
    layer = _LAYER_PARAMETER.fullmatch(name)
    if not layer:
        return _find_parameter(name)
    arn = f"arn:aws:lambda:{ssm.get_region()}:{_PUBLISHER}:layer:{layer[1]}:1"
    return {"Name": name, "Type": "String", "Value": arn, "Version": 1}


def _retry_throttled(function: Record, event: object) -> Record:
    """Retry a throttled invocation: AWS queues it for hours; the emulator counts it as a failed attempt."""
    while (result := _execute(function, event)).get("throttle"):
        time.sleep(_RETRY_SECONDS)
    return result


def _resolve_with_alias_settings(function: Record | None, qualifier: str | None) -> Resolved:
    """Apply the retries and the failure queue of an alias to the events that invoke it, and tell its ARN."""
    record, config = _resolve(function, qualifier)
    settings = ((function or {}).get("event_invoke_configs") or {}).get(qualifier)
    if function and config and (alias := function.get("aliases", {}).get(qualifier)):
        config = config | {"FunctionArn": alias["AliasArn"]}
    return (record | {"event_invoke_config": settings} if record and settings else record), config


def _get_function_with_version(name: str, qualifier: str | None = None) -> Response:
    """Put the version and `https` into the URL of a function's code."""
    status, headers, body = _get_function(name, qualifier)
    old, new = f"/{name}?X-Amz".encode(), f"/{name}:{qualifier or '$LATEST'}?X-Amz".encode()
    return status, headers, body.replace(old, new).replace(b'"http://', b'"https://')


def _serve_code(name_and_version: str, account_id: str, region: str) -> Response:
    """Serve the code of the version that the URL names."""
    name, _, version = unquote(name_and_version).partition(":")
    record = lambda_svc._functions.get_scoped(account_id, region, name)
    record, _ = lambda_svc._effective_func_record_for_qualifier(record, version)
    return (200, {"Content-Type": "application/zip"}, record["code_zip"]) if record else (404, {}, b"")


async def _call_states_or_redrive(
    method: str, path: str, headers: dict[str, str], body: bytes, query_params: Record
) -> Response:
    """Add the action RedriveExecution, which the emulator does not have."""
    if not headers.get("x-amz-target", "").endswith(".RedriveExecution"):
        return await _call_states(method, path, headers, body, query_params)
    arn = json.loads(body)["executionArn"]
    while not all(run.get("stopDate") for run in _map_runs(arn)):  # noqa: ASYNC110 # it has no event
        await asyncio.sleep(_RETRY_SECONDS)  # until the functions that it had invoked have ended
    await asyncio.sleep(_RETRY_SECONDS)  # and the state with them
    return 200, {"Content-Type": "application/x-amz-json-1.0"}, _redrive(arn)


def _redrive(arn: str) -> bytes:
    """Run a stopped execution from its first state; AWS continues at the state that was stopped."""
    for run in _map_runs(arn):
        del stepfunctions._map_runs[run["mapRunArn"]]  # AWS continues the same one
    stepfunctions._executions[arn].update(status="RUNNING", stopDate=None)
    context = contextvars.copy_context()  # the account and the region of the request
    Thread(target=context.run, args=(stepfunctions._run_execution, arn), daemon=True).start()
    return json.dumps({"redriveDate": time.time()}).encode()


def _map_runs(execution_arn: str) -> list[Record]:
    return [run for run in stepfunctions._map_runs.values() if run["executionArn"] == execution_arn]


def _run_child_unless_stopped(
    states: Record, start_at: str, given: object, execution: Record, context: Record
) -> object:
    """Start no child of a map whose execution was stopped; the emulator stops the parent only."""
    run = stepfunctions._map_runs.get(execution.get("mapRunArn"))
    if run and stepfunctions._executions[run["executionArn"]]["status"] == "ABORTED":
        raise stepfunctions._ExecutionError("States.Aborted", "the execution was stopped")
    return _run_states(states, start_at, given, execution, context)


def _keep_stopped(execution: Record, error: str, cause: str) -> None:
    """Leave a stopped execution as it is when the state that was running ends."""
    if execution["status"] != "ABORTED":
        _fail(execution, error, cause)


def _invoke_with_version(resource: str, request: Record) -> Any:  # noqa: ANN401 # any result of a state
    """Add to the result of an invoked function which of its versions has run."""
    result = _invoke_task(resource, request)
    if "states:::lambda:invoke" in resource:
        _, configuration, _ = lambda_svc._get_func_record_for_ref(request["FunctionName"])
        result["ExecutedVersion"] = configuration["Version"]
    return result


ssm._public_parameter = _find_layer_parameter
lambda_svc._execute_function = _retry_throttled
lambda_svc._effective_func_record_for_qualifier = _resolve_with_alias_settings
lambda_svc._get_function = _get_function_with_version
lambda_svc.serve_function_code = _serve_code
stepfunctions.handle_request = _call_states_or_redrive
stepfunctions._run_sub_machine = _run_child_unless_stopped
stepfunctions._fail_execution = _keep_stopped
stepfunctions._invoke_resource = _invoke_with_version
stepfunctions._poll_ecs_tasks = wait_for_tasks
ecs._run_task = run_tasks
ecs._get_docker = lambda: None  # on a machine with Docker, it would look for the image
bedrock_runtime._invoke_model = invoke_model
for module in (
    ministack_vectors,
    ministack_athena,
    ministack_metrics,
    ministack_alarms,
    ministack_codedeploy,
    ministack_stack_updates,
    ministack_permissions,
):
    module.register()

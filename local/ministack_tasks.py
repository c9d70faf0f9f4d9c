"""Runs the tasks of ECS as processes: the emulator, without Docker, leaves them running for ever."""
# ruff: noqa: SLF001 # as in ministack_patches

import contextvars
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from ministack.core.lambda_runtime import execution_credentials  # type: ignore[import-untyped]
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped]
from ministack.services import ecs, stepfunctions  # type: ignore[import-untyped]

from local.ministack_metrics import record_log

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]

_IMAGE = Path(__file__).parents[1] / "lambda_src"  # the folder whose content the image has
_POLL_SECONDS = 0.1

_start_tasks: Callable[[Record], Response] = ecs._run_task


def run_tasks(request: Record) -> Response:
    """Start tasks, and for each one the command of its container."""
    response = _start_tasks(request)
    for task in json.loads(response[2]).get("tasks", []):
        context = contextvars.copy_context()  # the account and the region of the request
        Thread(target=context.run, args=(_run_until_stopped, task["taskArn"]), daemon=True).start()
    return response


def wait_for_tasks(cluster: str, arns: Sequence[str]) -> Record:
    """Return the description of tasks when all have stopped.

    Raises:
        _ExecutionError: the command of one has failed.
    """
    while any(ecs._tasks[arn]["lastStatus"] != "STOPPED" for arn in arns):
        time.sleep(_POLL_SECONDS)
    description: Record = json.loads(ecs._describe_tasks({"cluster": cluster, "tasks": arns})[2])
    for task in description["tasks"]:
        if any(container["exitCode"] for container in task["containers"]):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(_pascal_case(task)))
    return description


def _run_until_stopped(arn: str) -> None:
    task, exit_code = ecs._tasks[arn], 1
    try:
        exit_code = _run_command(arn, task)
    finally:
        ended = "Essential container exited", "EssentialContainerExited"
        ecs._mark_task_stopped(arn, task, *ended, exit_code=exit_code)


def _run_command(arn: str, task: Record) -> int:
    """Run a task's command in this process's group, so that it ends with the emulator; log its output."""
    definition = ecs._task_defs[task["taskDefinitionArn"].rpartition("/")[2]]
    (container,) = definition["containerDefinitions"]
    finished = subprocess.run(  # noqa: S603 # the command of the stack's own template
        [sys.executable, *container["command"][1:]],
        cwd=_IMAGE,
        env=_environment(task, definition),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    _write_log(container, arn.rpartition("/")[2], finished.stdout)
    return finished.returncode


def _environment(task: Record, definition: Record) -> Record:
    """Return the emulator's variables, those of the container and the task, and the role's credentials."""
    (container,) = definition["containerDefinitions"]
    given = [*container["environment"], *task["overrides"]["containerOverrides"][0]["environment"]]
    function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:task"  # none, but a name is needed
    role = {"Role": definition["taskRoleArn"], "FunctionName": "task", "FunctionArn": function}
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": f"https://{os.environ['MINISTACK_HOST']}:{os.environ['GATEWAY_PORT']}",
        "AWS_DEFAULT_REGION": os.environ["MINISTACK_REGION"],
        **execution_credentials(role),
        **{variable["name"]: variable["value"] for variable in given},
    }


def _write_log(container: Record, task_id: str, output: str) -> None:
    """Write the lines of the output, and the metrics in them, to the container's log group."""
    record_log(output)
    log = ecs._awslogs_config(container, task_id, "")
    if log and ecs._ensure_awslogs_stream(log):
        for line in output.splitlines():
            ecs._emit_awslogs_event(log, line)


def _pascal_case(value: Any) -> Any:  # noqa: ANN401 # any JSON
    """Write the names of a response as Step Functions does."""
    if isinstance(value, list):
        return [_pascal_case(each) for each in value]
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _pascal_case(each) for name, each in value.items()}
    return value

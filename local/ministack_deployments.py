"""Runs a deployment of CodeDeploy: hooks, weights of an alias, and the alarms that stop it."""
# ruff: noqa: SLF001 # as in ministack_patches

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ministack.services import lambda_svc  # type: ignore[import-untyped]

from local.ministack_alarms import is_ringing

Record = dict[str, Any]

_POLL_SECONDS = 0.1
_CONFIGURATION = re.compile(
    r"CodeDeployDefault\.Lambda"
    r"(?:AllAtOnce|Canary(?P<canary>\d+)Percent(?P<wait>\d+)Minutes"
    r"|Linear(?P<linear>\d+)PercentEvery(?P<every>\d+)Minutes?)"
)


class DeploymentFailedError(Exception):
    """The deployment has failed or was stopped, and the alias runs the former version again."""


class _StoppedError(DeploymentFailedError):
    """An alarm or a person has stopped it."""


@dataclass
class Deployment:
    """A shift of an alias from one version to another.

    Attributes:
        group: the properties of the deployment group.
        hooks: the function of each lifecycle event, if it has one.
        executions: the status of each execution of a hook, by its id; None until it is reported.
    """

    application: str
    group: Record
    function: str
    alias: str
    current: str
    target: str
    hooks: dict[str, str]
    id: str = field(default_factory=lambda: f"d-{uuid4().hex[:9].upper()}")
    created: float = field(default_factory=time.time)
    status: str = "Created"
    error: str = ""
    stop_requested: bool = False
    executions: dict[str, str | None] = field(default_factory=dict)

    @property
    def specification(self) -> str:
        """The AppSpec, JSON."""
        properties = {
            "Name": self.function,
            "Alias": self.alias,
            "CurrentVersion": self.current,
            "TargetVersion": self.target,
        }
        resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
        hooks = [{event: function} for event, function in self.hooks.items()]
        return json.dumps({"version": 0.0, "Resources": [{self.function: resource}], "Hooks": hooks})

    @property
    def specification_hash(self) -> str:
        """The SHA-256 of the AppSpec, by which the application's revision is found."""
        return hashlib.sha256(self.specification.encode()).hexdigest()


def read_steps(configuration: str) -> list[tuple[float, int]]:
    """Return the weights of the new version before it gets all, each with its minutes.

    Raises:
        ValueError: CodeDeploy has no predefined configuration of that name for functions.
    """
    if not (found := _CONFIGURATION.fullmatch(configuration)):
        raise ValueError(f"No deployment configuration found for name: {configuration}")
    if found["canary"]:
        return [(int(found["canary"]) / 100, int(found["wait"]))]
    if found["linear"]:
        percent = int(found["linear"])
        return [(weight / 100, int(found["every"])) for weight in range(percent, 100, percent)]
    return []


def run_deployment(deployment: Deployment, is_cancelled: Callable[[], bool]) -> None:
    """Move an alias to its target version as the deployment group says; this takes its minutes.

    Raises:
        DeploymentFailedError: an alarm rang, a hook failed, or somebody has stopped it.
    """
    deployment.status = "InProgress"
    try:
        _check_alias(deployment)
        _run_hook(deployment, "BeforeAllowTraffic", is_cancelled)
        for weight, minutes in read_steps(deployment.group["DeploymentConfigName"]):
            _set_alias(deployment, deployment.current, {deployment.target: weight})
            _wait(deployment, minutes, is_cancelled)
        _check_running(deployment, is_cancelled)  # also when all traffic moves at once
        _set_alias(deployment, deployment.target, {})
        _run_hook(deployment, "AfterAllowTraffic", is_cancelled)
    except DeploymentFailedError as error:
        _set_alias(deployment, deployment.current, {})
        deployment.status = "Stopped" if isinstance(error, _StoppedError) else "Failed"
        deployment.error = str(error)
        raise
    deployment.status = "Succeeded"


def _check_alias(deployment: Deployment) -> None:
    alias = lambda_svc._functions[deployment.function]["aliases"][deployment.alias]
    if (version := alias["FunctionVersion"]) != deployment.current:
        deployment.current = version  # nothing has moved: it stays there
        raise DeploymentFailedError(
            "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment "
            "configuration is missing or has an invalid configuration. The Lambda function alias version "
            "does not match the current version in AppSpec file. (Error code: INVALID_LAMBDA_CONFIGURATION)"
        )


def _run_hook(deployment: Deployment, event: str, is_cancelled: Callable[[], bool]) -> None:
    """Invoke the hook's function and check its answer; AWS waits for one up to an hour."""
    _check_running(deployment, is_cancelled)
    if event not in deployment.hooks:
        return
    execution = uuid4().hex
    deployment.executions[execution] = None
    function, configuration, name = lambda_svc._get_func_record_for_ref(deployment.hooks[event])
    if function and configuration:
        record = lambda_svc._execution_record_for_config(function, configuration)
        given = {"DeploymentId": deployment.id, "LifecycleEventHookExecutionId": execution}
        lambda_svc._execute_function_with_config_scope(record, given)
    if deployment.executions[execution] != "Succeeded":
        answer = deployment.executions[execution] or "nothing, which CodeDeploy awaits for an hour"
        raise DeploymentFailedError(f"The hook {event} of {name} failed; it reported {answer}")
    _check_running(deployment, is_cancelled)


def _wait(deployment: Deployment, minutes: int, is_cancelled: Callable[[], bool]) -> None:
    """Let a weight work for its minutes, whose length in seconds the tests can set."""
    until = time.monotonic() + minutes * float(os.environ.get("CODEDEPLOY_MINUTE_SECONDS", "60"))
    while time.monotonic() < until:
        _check_running(deployment, is_cancelled)
        time.sleep(_POLL_SECONDS)


def _check_running(deployment: Deployment, is_cancelled: Callable[[], bool]) -> None:
    if is_cancelled():
        raise _StoppedError("Resource update cancelled")
    if deployment.stop_requested:
        raise _StoppedError("The deployment was stopped by a user")
    for name in _watched_alarms(deployment.group):
        if is_ringing(name):
            raise _StoppedError(
                "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
                f"selected, and the affected deployments have been stopped. Activated alarms: <{name}>"
            )


def _watched_alarms(group: Record) -> Iterator[str]:
    configuration = group.get("AlarmConfiguration") or {}
    if str(configuration.get("Enabled", "false")).lower() == "true":
        yield from (alarm["Name"] for alarm in configuration.get("Alarms") or [])


def _set_alias(deployment: Deployment, version: str, weights: dict[str, float]) -> None:
    routing = {"AdditionalVersionWeights": weights}
    request = {"FunctionVersion": version, "RoutingConfig": routing}
    lambda_svc._update_alias(deployment.function, deployment.alias, request)

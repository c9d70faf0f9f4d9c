"""The emulator's Step Functions run tasks of ECS; each patch for that is still needed, and works."""

import io
import json
import os
import time
import zipfile

import boto3
import pytest

from local import emulator as module
from local.emulator import running
from tests.e2e.conftest import wait_until

PATCHED, UNPATCHED = module._APP, "ministack.app:app"  # noqa: SLF001 # to run the emulator without patches
RUN_TASK = "arn:aws:states:::ecs:runTask.sync"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "any"}, "Action": "sts:AssumeRole"}],
}


class States:
    """A role, a log group and state machines with one state on an emulator."""

    def __init__(self, emulator):
        self.client = lambda name: boto3.client(name, **emulator.connection)
        role = self.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role, self.states = role["Role"]["Arn"], self.client("stepfunctions")
        self.client("logs").create_log_group(logGroupName="tasks")

    def start(self, resource, parameters):
        """Start a state machine with one state, and return the execution."""
        state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
        definition = json.dumps({"StartAt": "State", "States": {"State": state}})
        arn = self.states.create_state_machine(
            name=f"machine-{time.monotonic_ns()}", definition=definition, roleArn=self.role
        )["stateMachineArn"]
        return self.states.start_execution(stateMachineArn=arn)["executionArn"]

    def execute(self, resource, parameters):
        """Run a state and return its execution when it has ended."""
        execution = self.start(resource, parameters)
        while (ended := self.states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.1)
        return ended

    def define(self, code):
        """Register a task that runs Python code; return the parameters that run it."""
        self.client("ecs").create_cluster(clusterName="cluster")
        log = {"awslogs-group": "tasks", "awslogs-stream-prefix": "task", "awslogs-region": "us-east-1"}
        container = {
            "name": "file",
            "image": "none",
            "command": ["python", "-c", code],
            "environment": [],
            "logConfiguration": {"logDriver": "awslogs", "options": log},
        }
        self.client("ecs").register_task_definition(
            family="task",
            taskRoleArn=self.role,
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[container],
        )
        key = {"Name": "file", "Environment": [{"Name": "RAW_KEY", "Value": "a.csv"}]}
        return {
            "Cluster": "cluster",
            "TaskDefinition": "task",
            "LaunchType": "FARGATE",
            "Overrides": {"ContainerOverrides": [key]},
        }

    def run_task(self, code):
        return self.execute(RUN_TASK, self.define(code))

    def logged(self):
        events = self.client("logs").filter_log_events(logGroupName="tasks")["events"]
        return [event["message"] for event in events]

    def create_function(self):
        """Publish a version of a function, and return its ARN."""
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("code.py", "def handler(event, context): return {}")
        created = self.client("lambda").create_function(
            FunctionName="function",
            Role=self.role,
            Runtime="python3.11",
            Handler="code.handler",
            Code={"ZipFile": code.getvalue()},
            Publish=True,
        )
        return f"{created['FunctionArn'].removesuffix(':1')}:1"


@pytest.fixture(scope="module", params=[PATCHED, UNPATCHED], ids=["patched", "unpatched"])
def states(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_APP", request.param)
        with running() as emulator:
            yield States(emulator)


@pytest.fixture
def patched(request):
    return request.node.callspec.params["states"] == PATCHED


def test_only_with_the_patch_a_task_is_run_and_its_end_is_waited_for(states, patched):
    ended = states.run_task("import os; print(os.environ['RAW_KEY'])")

    assert ended["status"] == ("SUCCEEDED" if patched else "FAILED")
    assert ended.get("error") == (None if patched else "States.Timeout")
    assert states.logged() == (["a.csv"] if patched else [])


def test_only_with_the_patch_the_exit_code_of_a_task_decides(states, patched):
    ended = states.run_task("raise SystemExit(3)")

    assert (ended["status"], ended["error"]) == (
        "FAILED",
        "States.TaskFailed" if patched else "States.Timeout",
    )
    if patched:
        cause = json.loads(ended["cause"])
        assert cause["StoppedReason"] == "Essential container exited"
        assert [each["ExitCode"] for each in cause["Containers"]] == [3]


def test_only_with_the_patch_the_version_of_an_invoked_function_is_told(states, patched):
    function = states.create_function()
    ended = states.execute("arn:aws:states:::lambda:invoke", {"FunctionName": function, "Payload": {}})

    assert json.loads(ended["output"]).get("ExecutedVersion") == ("1" if patched else None)


def test_the_emulator_stops_its_tasks(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_APP", PATCHED)  # the tests before may have left the other one
    file = tmp_path / "pid"
    code = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with running() as emulator:
        states = States(emulator)
        states.start(RUN_TASK, states.define(code))
        wait_until(lambda: file.exists() and file.read_text())
        os.kill(int(file.read_text()), 0)

    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)

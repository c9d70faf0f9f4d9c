"""Fixtures: the command `erase`, with both functions in this process and S3 in memory."""

import importlib
import io
import json
from threading import Lock

import boto3
import pytest

from ops import invoke
from tests.unit.conftest import OUTPUTS as STACK
from tests.unit.conftest import LambdaContext

OUTPUTS = STACK | {"EraseFunctionName": "tastetrend-local-erase"}


class LambdaService:
    """Runs the handlers in this process, one event at a time, as each process of Lambda does."""

    def __init__(self, handlers):
        self.handlers = handlers
        self.remaining_ms = 900_000
        self.payloads = []
        self._turn = Lock()

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 # as boto3 names them
        handle = self.handlers[FunctionName]
        with self._turn:
            self.payloads.append(json.loads(Payload))
            try:
                response = handle(json.loads(Payload), LambdaContext(remaining_ms=self.remaining_ms))
            except Exception as error:  # noqa: BLE001 # as Lambda does
                failed = {"errorMessage": str(error), "errorType": type(error).__name__}
                return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(failed).encode())}
        return {"Payload": io.BytesIO(json.dumps(response).encode())}


@pytest.fixture
def service(handler, monkeypatch):
    erase = importlib.reload(importlib.import_module("erase"))
    running = LambdaService(
        {
            "tastetrend-local-etl:dev": handler.lambda_handler,
            "tastetrend-local-erase": erase.lambda_handler,
        }
    )
    monkeypatch.setattr(invoke, "connect", lambda: running)
    return running


@pytest.fixture
def erase(store, service, tastetrend):
    """Return a function that runs the command with `--json` and returns exit code, data and messages."""
    outputs = {name: {"Value": value} for name, value in OUTPUTS.items()}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    boto3.client("cloudformation").create_stack(
        StackName="tastetrend-local", TemplateBody=json.dumps(template)
    )

    def run(customer, *arguments):
        result = tastetrend("erase", "--customer", customer, "--env", "local", "--json", *arguments)
        _, start, printed = result.stdout.rpartition("\n{\n")  # behind the logs of the functions
        return result.status, json.loads(f"{{{printed}") if start else None, result.stderr

    return run

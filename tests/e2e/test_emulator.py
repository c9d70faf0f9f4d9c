"""The emulator starts and stops without leaving processes or files."""

import io
import json
import os
import socket
import zipfile

import boto3
import pytest

from local.emulator import HOST, running
from ops.errors import UsageError


def is_listening(port):
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def assert_gone(emulator):
    assert not is_listening(emulator.port)
    assert not emulator.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(emulator.pid, 0)


def test_the_emulator_stops_at_the_end_of_the_block():
    with running() as emulator:
        boto3.client("s3", **emulator.connection).create_bucket(Bucket="a-bucket")
        assert is_listening(emulator.port)
    assert_gone(emulator)


def test_the_emulator_stops_when_the_block_fails():
    with pytest.raises(ZeroDivisionError), running() as emulator:
        1 / 0  # noqa: B018 # any failure
    assert_gone(emulator)


def test_the_emulator_stops_its_functions():
    with running() as emulator:
        function = start_function(emulator)
        os.kill(function, 0)
    assert_gone(emulator)
    with pytest.raises(ProcessLookupError):
        os.kill(function, 0)


def test_the_error_names_a_port_in_use():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used"), running(port):
            pass


def start_function(emulator):
    """Return the process id of a running function."""
    role = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", "import os\ndef handler(event, context): return os.getpid()")
    created = boto3.client("iam", **emulator.connection).create_role(
        RoleName="function",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [role]}),
    )
    functions = boto3.client("lambda", **emulator.connection)
    functions.create_function(
        FunctionName="self",
        Role=created["Role"]["Arn"],
        Runtime="python3.11",
        Handler="code.handler",
        Code={"ZipFile": code.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="self")
    return json.load(functions.invoke(FunctionName="self")["Payload"])

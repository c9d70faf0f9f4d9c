"""Who may do what: every row of the table is tried with every caller's own credentials."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from local.deploy import bootstrap, deploy
from local.emulator import ACCOUNT, PROJECT, running
from tests.e2e.access_policies import PEOPLE
from tests.e2e.access_roles import Callers
from tests.e2e.access_table import ACCESS, CALLERS, OUTSIDE, PIPELINE, WORKFLOWS
from tests.e2e.conftest import SCRIPT, reviews

READER = f"arn:aws:iam::{ACCOUNT}:role/reader"  # among the operators' roles, as docs/security.md says
ALL = ("retrieval=on", "canary=on", "large_files=fargate")
CHANGE = """
from dataclasses import replace
from tastetrend_stack.environments import ENVIRONMENTS
ENVIRONMENTS["local"] = replace(ENVIRONMENTS["local"], secret_key=True, kms_key=True)
"""


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    """Deploy the stack with all that can be switched on, and with named roles."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("lambda_src", "tastetrend_stack"):
        shutil.copytree(PROJECT / name, checkout / name)
    shutil.copy(PROJECT / "cdk.json", checkout)
    (checkout / ".venv").symlink_to(sys.prefix)
    (checkout / "app.py").write_text(CHANGE + (PROJECT / "app.py").read_text())
    named = [f"{name}_roles=arn:aws:iam::{ACCOUNT}:role/{name}" for name in PEOPLE if name != "reader"]
    named = [f"{each},{READER}" if each.startswith("operator") else each for each in named]
    with running() as emulator:
        bootstrap(emulator)
        callers = Callers(emulator, deploy(emulator, checkout, *ALL, *named))
        callers.create(tmp_path_factory.mktemp("roles"))
        yield callers


@pytest.fixture(scope="module")
def processed(callers):
    """Process a file, and reject another; the calls of the table come later, as they start executions."""
    for key, body in {"in/a.csv": reviews("Good soup", "Fine bread"), "in/empty.csv": b""}.items():
        callers.client("s3").put_object(Bucket=f"tastetrend-local-raw-{ACCOUNT}", Key=key, Body=body)
        payload = json.dumps({"key": key})
        callers.client("lambda").invoke(FunctionName="tastetrend-local-etl:dev", Payload=payload)


@pytest.mark.parametrize("command", ["status", "history", "report"])
def test_a_reader_may_run_the_commands_that_only_look(command, processed, callers, tmp_path):
    out = ("--out", str(tmp_path)) if command == "report" else ()

    ran = subprocess.run(  # noqa: S603 # fixed program, no shell
        [SCRIPT, command, *out, "--env", "local", "--json"],
        cwd=PROJECT,
        env=os.environ | callers.environment("reader"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "in/empty.csv" in ran.stdout, ran.stderr
    assert "in/a.csv" in ran.stdout
    assert ran.returncode == (0 if command == "history" else 1)  # one is rejected


def test_the_table_has_every_role(callers):
    assert callers.roles_of_the_stacks() == {*PIPELINE, *WORKFLOWS}
    assert frozenset().union(*(call.allowed for call in ACCESS)) == set(CALLERS) - set(OUTSIDE)


@pytest.mark.parametrize("call", ACCESS, ids=lambda call: call.what)
def test_only_the_callers_of_the_table_may(call, callers):
    assert {caller for caller in call.callers if callers.may(caller, call)} == call.allowed

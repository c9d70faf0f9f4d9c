"""Who may do what: every row of the table is tried with every caller's own credentials."""

import shutil
import sys

import pytest

from local.deploy import bootstrap, deploy
from local.emulator import ACCOUNT, PROJECT, running
from tests.e2e.access_roles import PEOPLE, Callers
from tests.e2e.access_table import ACCESS, CALLERS, OUTSIDE, PIPELINE, WORKFLOWS

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
    named = (f"{name}_roles=arn:aws:iam::{ACCOUNT}:role/{name}" for name in PEOPLE)
    with running() as emulator:
        bootstrap(emulator)
        callers = Callers(emulator.connection, deploy(emulator, checkout, *ALL, *named))
        callers.create(tmp_path_factory.mktemp("roles"))
        yield callers


def test_the_table_has_every_role(callers):
    assert callers.roles_of_the_stacks() == {*PIPELINE, *WORKFLOWS}
    assert frozenset().union(*(call.allowed for call in ACCESS)) == set(CALLERS) - set(OUTSIDE)


@pytest.mark.parametrize("call", ACCESS, ids=lambda call: call.what)
def test_only_the_callers_of_the_table_may(call, callers):
    assert {caller for caller in call.callers if callers.may(caller, call)} == call.allowed

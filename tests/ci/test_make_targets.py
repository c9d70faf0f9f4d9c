"""What a workflow hands to make arrives at the command as it was meant."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
STAND_INS = (
    *(
        "actionlint",
        "bandit",
        "checkov",
        "cyclonedx-py",
        "mypy",
        "npm",
        "npx",
        "pip-audit",
        "pytest",
        "python",
    ),
    *("ruff", "tastetrend", "uv", "zizmor"),
)
LOCKS = sorted((PROJECT / "locks").glob("*.txt"))
TOO_LONG_FOR_A_TEST = {  # commands of the pages that the end-to-end tests do not run, and what they call
    "make test": ["ruff", "ruff", "bandit", "actionlint", "zizmor", "mypy", "pytest"],
    "make check": [
        *("ruff", "ruff", "bandit", "actionlint", "zizmor", "mypy", "pytest"),
        *("npx", "npx", "npx", "npx", "checkov"),
        "pytest",
    ],
    "make browser": ["pytest"],
    "make synth": ["npx", "npx", "npx", "npx"],
    "make scan": ["npx", "npx", "npx", "npx", "checkov"],
    "make audit": ["pip-audit"] * len(LOCKS),
    "make sbom": ["cyclonedx-py", "npm"],
    "make fuzz": ["pytest", "python"],
    "make bench": ["uv", "python"],
    "make quality": ["uv", "python"],
    "make demo RAG=1": ["tastetrend"],
    "make lock": ["uv"] * len(LOCKS),
}
SAID = """Lookup role arn:aws:iam::123456789012:role/lookup was not assumed.
Stack tastetrend-dev (aws://123456789012/eu-west-1)
Resources
[~] AWS::Lambda::Function Etl/Function
"""


@pytest.fixture
def make(tmp_path):
    """Return a function that runs make with stand-ins that write down how they were called."""
    calls = tmp_path / "calls"
    for name in STAND_INS:
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\nfor word in {name} "$@"; do echo "$word"; done >> {calls}\ncat {tmp_path}/said\n'
        )
        program.chmod(0o755)
    (tmp_path / "said").write_text(SAID)
    (tmp_path / "Makefile").write_bytes((PROJECT / "Makefile").read_bytes())

    def run(*words, **variables):
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "CHROMIUM": "chromium", **variables}
        empty = ("UV=", "VENV=", "CHECKS=", "LANGCHAIN=", "RETRIEVAL=", "CHECKOV=", "NODE=")
        targets = (*empty, f"CHECKOV_BIN={tmp_path}")
        command = ["make", "--silent", f"BIN={tmp_path}", *targets, *words]
        ended = subprocess.run(  # noqa: S603 # the project's own Makefile
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return ended, calls.read_text().splitlines() if calls.exists() else []

    return run


def test_deploying_needs_nobody_to_confirm(make):
    _, called = make("deploy", ENV="dev")

    assert called[:6] == ["npx", "cdk", "deploy", "tastetrend-dev", "--context", "env=dev"]
    assert called[-2:] == ["--require-approval", "never"]


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, []),
        ({"RAG": "1"}, ["--rag"]),
        ({"FILES": "a.csv b.txt", "RAG": "1"}, ["--rag", "a.csv", "b.txt"]),
        ({"FILES": "'my reviews.csv' folder"}, ["my reviews.csv", "folder"]),
    ],
)
def test_the_demo_gets_its_files_and_whether_it_embeds_them(make, variables, options):
    _, called = make("demo", **variables)

    assert called == ["tastetrend", "demo", *options]


def test_only_the_demo_with_retrieval_needs_the_packages_for_it(make):
    plain, _ = make("demo", "RETRIEVAL=packages")
    with_retrieval, called = make("demo", "RETRIEVAL=packages", "RAG=1")

    assert plain.returncode == 0
    assert with_retrieval.returncode != 0
    assert "locks/retrieval.txt" in with_retrieval.stderr
    assert called == ["tastetrend", "demo"]


def test_values_of_the_context_are_passed_on_unchanged(make, tmp_path):
    roles = "uploader_roles=Upload_*"
    (tmp_path / "uploader_roles=Upload_a").touch()  # for which a shell would take it
    _, called = make("deploy", ENV="dev", CONTEXT=f"boundary=on {roles}")

    assert called[4:10] == ["--context", "env=dev", "--context", "boundary=on", "--context", roles]


@pytest.mark.parametrize("policy", ["boundary", "execution"])
def test_a_policy_is_printed_for_an_environment(make, policy, tmp_path):
    shutil.copytree(PROJECT / "tastetrend_stack" / "policies", tmp_path / "tastetrend_stack" / "policies")
    ended, _ = make("policy", f"POLICY={policy}", ENV="staging")

    assert json.loads(ended.stdout)["Version"] == "2012-10-17"
    assert "tastetrend-staging-" in ended.stdout
    assert "<env>" not in ended.stdout


def test_promoting_names_the_alias_and_the_environment(make):
    _, called = make("promote", "STAGE=staging", ENV="prod")

    assert called == ["tastetrend", "promote", "staging", "--env", "prod"]


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, []),
        ({"TO": "", "REPROCESS": ""}, []),
        ({"TO": "3"}, ["--to", "3"]),
        ({"TO": "3", "REPROCESS": "1"}, ["--to", "3", "--reprocess", "--yes"]),
    ],
)
def test_rolling_back_takes_what_was_asked_for_and_nothing_that_was_left_empty(make, variables, options):
    _, called = make("rollback", STAGE="prod", ENV="prod", **variables)

    assert called == ["tastetrend", "rollback", "prod", "--env", "prod", *options]


@pytest.mark.parametrize(
    "typed", ["3; touch broken", "$(touch broken)", "`touch broken`", '3" --force "', "$(shell touch broken)"]
)
def test_what_somebody_types_into_the_form_stays_one_word(make, typed, tmp_path):
    _, called = make("rollback", STAGE="prod", ENV="prod", TO=typed)

    assert called[-2:] == ["--to", typed]
    assert not (tmp_path / "broken").exists()


def test_telling_which_version_runs_where_names_the_environment(make):
    _, called = make("releases", ENV="prod")

    assert called == ["tastetrend", "releases", "--env", "prod"]


def test_the_difference_is_kept_without_the_number_of_the_account(make, tmp_path):
    ended, called = make("diff", ENV="dev")
    shown = (tmp_path / "build" / "diff" / "dev.txt").read_text()

    assert called[:4] == ["npx", "cdk", "diff", "tastetrend-dev"]
    assert shown == ended.stdout
    assert shown.splitlines()[0] == "Stack tastetrend-dev (aws://<account>/eu-west-1)"
    assert shown.splitlines()[-1] == "[~] AWS::Lambda::Function Etl/Function"


@pytest.mark.parametrize("command", TOO_LONG_FOR_A_TEST)
def test_a_target_calls_its_programs(make, command, tmp_path):
    shutil.copytree(PROJECT / ".github", tmp_path / ".github")
    shutil.copy(PROJECT / "requirements.txt", tmp_path)
    shutil.copytree(PROJECT / "locks", tmp_path / "locks")
    _, *words = command.split()

    ended, called = make(*words)

    assert ended.returncode == 0, ended.stderr
    assert [word for word in called if word in STAND_INS] == TOO_LONG_FOR_A_TEST[command]


@pytest.mark.parametrize("target", ["diff", "deploy", "promote", "rollback", "releases"])
def test_what_is_missing_is_asked_for_before_anything_is_done(make, target):
    ended, called = make(target)

    assert ended.returncode != 0
    assert " is missing; name it, as in `make" in ended.stderr
    assert called == []

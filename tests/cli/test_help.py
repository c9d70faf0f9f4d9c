"""Every command has help with an example, which does not import the libraries of the command."""

import json
import shlex
import subprocess
import sys
from typing import get_args

import pytest
from typer.main import get_command

from ops.cli import app
from ops.options import EnvironmentName
from tastetrend_stack.environments import ENVIRONMENTS
from tests.cli.commands import COMMANDS, SCRIPT, run

SLOW_TO_IMPORT = {"aws_cdk", "awswrangler", "boto3", "botocore", "numpy", "pandas", "pyarrow"}
SHOW_HELP = """
import contextlib, io, json, sys
from ops.cli import main
imported = {}
for command in sys.argv[1:]:
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main([command, "--help"])
    imported[command] = [*sys.modules]
print(json.dumps(imported))
"""


def test_these_are_all_commands():
    assert set(get_command(app).commands) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_that_the_command_understands(command, tastetrend):
    result = tastetrend(command, "--help")

    assert result.status == 0
    (example,) = [line for line in result.stdout.splitlines() if line.strip().startswith("Example: ")]
    words = shlex.split(example.replace('eval "$(', "").replace(')"', ""))
    assert words[:3] == ["Example:", "tastetrend", command]
    get_command(app).commands[command].make_context(command, words[3:])  # raises on an unknown option


def test_help_does_not_wait_for_the_libraries_of_the_command():
    command = [sys.executable, "-c", SHOW_HELP, *COMMANDS]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 # our own interpreter
    imported = json.loads(shown.stdout)

    assert set(imported) == set(COMMANDS)
    assert [command for command, modules in imported.items() if SLOW_TO_IMPORT & {*modules}] == []


def test_the_environments_are_those_of_the_stack():
    assert set(get_args(EnvironmentName)) == set(ENVIRONMENTS)


def test_the_module_is_the_same_command(tmp_path):
    by_name = run("--help", folder=tmp_path)
    by_module = subprocess.run(  # our own interpreter
        [sys.executable, "-m", "ops", "--help"],
        env={"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert by_name.stdout == by_module.stdout
    assert "Exit codes: 0 success; 1 bad data" in by_name.stdout
    assert SCRIPT.exists()

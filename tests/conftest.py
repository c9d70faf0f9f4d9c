"""What holds for all tests: how random inputs are drawn.

Tests draw the same inputs each time, so that none fails by chance. `make fuzz` draws new ones.
"""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

from ops.cli import main
from tests.json_output import check_output

_ANY_MACHINE = settings(
    max_examples=1_000,
    deadline=None,  # a machine may be busy
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.register_profile("fixed", _ANY_MACHINE, derandomize=True)
settings.register_profile("fuzz", _ANY_MACHINE, derandomize=False, max_examples=10_000, print_blob=True)
settings.load_profile("fixed")  # before any test is decorated; `--hypothesis-profile` comes later and wins


@dataclass(frozen=True)
class Completed:
    """What a command has printed, and its exit code."""

    status: int
    stdout: str
    stderr: str


@pytest.fixture
def tastetrend(capsys, monkeypatch):
    """Return a function that runs `tastetrend` in this process, and compares `--json` with its schema."""
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments):
        with pytest.raises(SystemExit) as exited:
            main([str(argument) for argument in arguments])
        completed = Completed(exited.value.code, *capsys.readouterr())
        check_output(arguments, completed.stdout)
        return completed

    return run

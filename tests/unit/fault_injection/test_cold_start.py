"""Cold starts with a wrong configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

LAMBDA_SRC = Path(__file__).parents[3] / "lambda_src"


def import_error(setup="pass", **environment):
    """Import the handler in a child process; return the last line of its standard error."""
    program = f"import sys; sys.path.insert(0, {str(LAMBDA_SRC)!r}); {setup}; import api_handler"
    result = subprocess.run(  # noqa: S603 # fixed program, no shell
        [sys.executable, "-c", program],
        env={"AWS_DEFAULT_REGION": "eu-west-1", "ARTIFACTS_BUCKET": "artifacts", "TIER": "small"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("buckets", [{}, {"RAW_BUCKET": "raw", "PROCESSED_BUCKET": ""}])
def test_I14_a_missing_setting_fails_at_cold_start_with_one_sentence(buckets):
    missing = ", ".join(name for name in ("RAW_BUCKET", "PROCESSED_BUCKET") if not buckets.get(name))

    assert import_error(**buckets) == (
        f"RuntimeError: environment variables not set: {missing}; the stack sets them, deploy it again"
    )


def test_I14_a_missing_layer_fails_at_cold_start_with_its_name():
    without_layers = "sys.path = [path for path in sys.path if 'site-packages' not in path]"

    error = import_error(without_layers, RAW_BUCKET="raw", PROCESSED_BUCKET="processed")

    assert error == "ModuleNotFoundError: No module named 'aws_lambda_powertools'"

"""What becomes of the function when it is set up wrongly."""

import subprocess
import sys
from pathlib import Path

import pytest

LAMBDA_SRC = Path(__file__).parents[3] / "lambda_src"


def last_words(setup="pass", **environment):
    """Import the handler in a process of its own; return the last line that it says before it ends."""
    program = f"import sys; sys.path.insert(0, {str(LAMBDA_SRC)!r}); {setup}; import api_handler"
    ended = subprocess.run(  # noqa: S603 # a program of this test
        [sys.executable, "-c", program],
        env={"AWS_DEFAULT_REGION": "eu-west-1", "ARTIFACTS_BUCKET": "artifacts"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    return ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("buckets", [{}, {"RAW_BUCKET": "raw", "PROCESSED_BUCKET": ""}])
def test_I14_a_missing_setting_fails_at_the_start_in_one_sentence(buckets):
    missing = ", ".join(name for name in ("RAW_BUCKET", "PROCESSED_BUCKET") if not buckets.get(name))

    assert last_words(**buckets) == (
        f"RuntimeError: environment variables not set: {missing}; the stack sets them, deploy it again"
    )


def test_I14_a_missing_layer_fails_at_the_start_by_its_name():
    without_layers = "sys.path = [path for path in sys.path if 'site-packages' not in path]"

    said = last_words(without_layers, RAW_BUCKET="raw", PROCESSED_BUCKET="processed")

    assert said == "ModuleNotFoundError: No module named 'aws_lambda_powertools'"

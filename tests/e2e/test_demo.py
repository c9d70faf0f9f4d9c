"""The demo, as a person runs it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import SCRIPT
from tests.e2e.conftest import reviews, wait_until


@pytest.fixture
def start(tmp_path):
    """Yield a function that starts a command in a folder of its own; what it leaves running is stopped."""
    (tmp_path / "tmp").mkdir()
    surroundings = {"TMPDIR": str(tmp_path / "tmp"), "COLUMNS": "120"}

    def start_command(*arguments, **variables):
        return subprocess.Popen(  # noqa: S603 # our own interpreter
            [SCRIPT, *arguments],
            cwd=tmp_path,
            env=os.environ | surroundings | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    yield start_command
    start_command("down").communicate()


def finish(process):
    """Return a process's exit status and all it said."""
    said, _ = process.communicate()
    return process.returncode, said


def assert_nothing_is_left(tmp_path):
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not children(tmp_path)


def children(tmp_path):
    """Return the command lines of all processes that a command has started; where there is no /proc, none."""
    found = [path.parent for path in Path("/proc").glob("[0-9]*/environ") if _names(path, tmp_path)]
    return [(process / "cmdline").read_text().replace("\0", " ") for process in found]


def _names(environment, folder):
    try:
        return str(folder).encode() in environment.read_bytes()
    except OSError:  # has ended, or is somebody else's
        return False


def test_own_files_become_a_table_and_a_copy_of_the_bucket(start, tmp_path):
    (tmp_path / "mine.csv").write_bytes(reviews("Good soup", "Bad soup", "Bad soup"))
    (tmp_path / "empty.txt").write_bytes(b"")
    status, said = finish(start("demo", "mine.csv", "empty.txt"))
    assert status == 1, said
    (row,) = [line.split() for line in said.splitlines() if line.strip().startswith("mine.csv")]
    assert row[1:5] == ["3", "3", "0", "0"]
    assert "empty.txt was refused (empty_file)" in said
    assert (tmp_path / "build/demo/processed/processed_mine.csv.parquet").exists()
    assert_nothing_is_left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(start, tmp_path, number):
    process = start("demo")
    wait_until(lambda: any("app.py" in line for line in children(tmp_path)))
    process.send_signal(number)
    status, _ = finish(process)
    assert status == 128 + number
    assert_nothing_is_left(tmp_path)


def test_a_proxy_is_for_other_machines(start, tmp_path):
    (tmp_path / "my reviews.csv").write_bytes(reviews("Good soup"))
    nobody = "http://127.0.0.1:1"
    status, said = finish(
        start("demo", "my reviews.csv", HTTPS_PROXY=nobody, https_proxy=nobody, HTTP_PROXY=nobody)
    )
    assert status == 0, said
    assert_nothing_is_left(tmp_path)


def test_what_was_left_running_can_be_used_and_ended(start, tmp_path):
    status, said = finish(start("up"))
    assert status == 0, said
    exports = dict(line.removeprefix("export ").split("=") for line in said.splitlines() if "=" in line)
    aws = "import boto3; print([b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']])"
    behind_a_proxy = os.environ | exports | {"HTTPS_PROXY": "http://127.0.0.1:1"}
    listed = subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-c", aws], env=behind_a_proxy, capture_output=True, text=True, check=True
    )
    assert "tastetrend-local-raw-000000000000" in listed.stdout
    status, said = finish(start("failures", "--env", "local", **behind_a_proxy))
    assert (status, said) == (0, "0 failed events in the failure queue of local.\n")
    status, said = finish(start("up", "--port", "1"))
    assert (status, said.startswith("error: an emulator runs on port ")) == (2, True)
    assert finish(start("down")) == (0, "The emulator (local) has ended.\n")
    assert finish(start("down")) == (0, "No emulator (local) was running.\n")
    assert_nothing_is_left(tmp_path)

"""The commands `demo`, `up` and `down`, run as processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import SCRIPT
from tests.e2e.conftest import reviews, wait_until

AWS = SCRIPT.with_name("aws")
BOTO3 = "import boto3; print([b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']])"
ARROW = "from pyarrow.fs import *; print(FileSystem.from_uri('s3://')[0].get_file_info(FileSelector('')))"


@pytest.fixture
def start(tmp_path):
    """Yield a function that starts a command in its own folder; `down` then stops a running emulator."""
    (tmp_path / "tmp").mkdir()
    environment = {"TMPDIR": str(tmp_path / "tmp"), "COLUMNS": "120"}

    def start_command(*arguments, **variables):
        return subprocess.Popen(  # noqa: S603 # fixed program, no shell
            [SCRIPT, *arguments],
            cwd=tmp_path,
            env=os.environ | environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    yield start_command
    start_command("down").communicate()


def finish(process):
    """Return the exit status and the output of a process."""
    output, _ = process.communicate()
    return process.returncode, output


def assert_nothing_left(tmp_path):
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not children(tmp_path)


def children(tmp_path):
    """Return the command lines of all processes started by a command; an empty list without /proc."""
    processes = [path.parent for path in Path("/proc").glob("[0-9]*/environ") if _contains(path, tmp_path)]
    return [(process / "cmdline").read_text().replace("\0", " ") for process in processes]


def _contains(environment, folder):
    try:
        return str(folder).encode() in environment.read_bytes()
    except OSError:  # the process has ended or belongs to another user
        return False


def test_the_demo_prints_a_table_of_own_files_and_copies_the_bucket(start, tmp_path):
    (tmp_path / "mine.csv").write_bytes(reviews("Good soup", "Bad soup", "Bad soup"))
    (tmp_path / "empty.txt").write_bytes(b"")
    status, output = finish(start("demo", "mine.csv", "empty.txt"))
    assert status == 1, output
    (row,) = [line.split() for line in output.splitlines() if line.strip().startswith("mine.csv ")]
    assert row[1:5] == ["3", "3", "0", "0"]
    assert "empty.txt was rejected (empty_file)" in output
    assert (tmp_path / "build/demo/processed/processed_mine.csv.parquet").exists()
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_files_or_processes(start, tmp_path, number):
    process = start("demo")
    wait_until(lambda: any("app.py" in line for line in children(tmp_path)))
    process.send_signal(number)
    status, _ = finish(process)
    assert status == 128 + number
    assert_nothing_left(tmp_path)


def test_the_demo_ignores_a_proxy(start, tmp_path):
    (tmp_path / "my reviews.csv").write_bytes(reviews("Good soup"))
    unreachable = "http://127.0.0.1:1"
    status, output = finish(
        start(
            "demo", "my reviews.csv", HTTPS_PROXY=unreachable, https_proxy=unreachable, HTTP_PROXY=unreachable
        )
    )
    assert status == 0, output
    assert_nothing_left(tmp_path)


def test_an_emulator_started_with_up_can_be_used_and_stopped(start, tmp_path):
    status, output = finish(start("up"))
    assert status == 0, output
    exports = dict(line.removeprefix("export ").split("=") for line in output.splitlines() if "=" in line)
    with_proxy = os.environ | exports | {"HTTPS_PROXY": "http://127.0.0.1:1"}
    for program in ([sys.executable, "-c", BOTO3], [sys.executable, "-c", ARROW], [AWS, "s3", "ls"]):
        listed = subprocess.run(  # noqa: S603 # fixed programs, no shell
            program, env=with_proxy, capture_output=True, text=True, check=True
        )
        assert "tastetrend-local-raw-000000000000" in listed.stdout
    status, output = finish(start("failures", "--env", "local", **with_proxy))
    assert (status, output) == (0, "0 failed events in the failure queue of local.\n")
    status, output = finish(start("up", "--port", "1"))
    assert (status, output.startswith("error: an emulator runs on port ")) == (2, True)
    assert finish(start("down")) == (0, "The emulator (local) has ended.\n")
    assert finish(start("down")) == (0, "No emulator (local) was running.\n")
    assert_nothing_left(tmp_path)


def test_the_demo_with_retrieval_waits_for_the_vectors_and_answers_a_question(start, tmp_path):
    (tmp_path / "mine.csv").write_bytes(reviews("The queue was an hour long. Good soup!", "Nice soup."))
    (tmp_path / "empty.txt").write_bytes(b"")
    status, output = finish(start("demo", "--rag", "mine.csv", "empty.txt", HTTPS_PROXY="http://127.0.0.1:1"))
    assert status == 1, output
    rows = [line.split() for line in output.splitlines()]
    assert ["mine.csv", "3"] in rows
    assert ["empty.txt", "0"] in rows
    assert '$ tastetrend ask "How long is the queue?" --answer extract --env local' in output.replace(
        "'", '"'
    )
    assert "“The queue was an hour long.” [1]" in output
    assert "Quoted from the nearest reviews, not written by a model." in output
    assert_nothing_left(tmp_path)

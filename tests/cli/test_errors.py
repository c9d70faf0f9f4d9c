"""Whatever is wrong is told in one sentence, with the exit code of its cause."""

import os
import shutil
import socket

import pytest

from tastetrend_stack.environments import ENVIRONMENTS
from tests.cli.commands import ON_AWS, run
from tests.e2e.conftest import reviews

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1"}


def assert_one_sentence(done, status, *parts):
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    for part in parts:
        assert part in line


@pytest.fixture
def dead_endpoint():
    """Yield a port on which nobody listens, and nobody can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("command", ON_AWS)
def test_an_unknown_environment_is_wrong_usage(command, tmp_path):
    done = run(command, *ON_AWS[command], "--env", "production", folder=tmp_path)

    assert done.returncode == 2
    assert "production" in done.stderr
    assert all(f"'{name}'" in done.stderr for name in ENVIRONMENTS)


@pytest.mark.parametrize("command", ON_AWS)
def test_no_environment_is_assumed(command, tmp_path):
    done = run(command, *ON_AWS[command], folder=tmp_path)

    assert done.returncode == 2
    assert "Missing option '--env' (env var: 'TASTETREND_ENV')" in done.stderr


def test_the_environment_can_be_named_by_a_variable(tmp_path):
    done = run("releases", folder=tmp_path, TASTETREND_ENV="production")

    assert done.returncode == 2
    assert "production" in done.stderr


@pytest.mark.parametrize("command", ON_AWS)
def test_no_credentials(command, tmp_path):
    done = run(command, *ON_AWS[command], "--env", "dev", folder=tmp_path, AWS_REGION="eu-west-1")

    assert_one_sentence(done, 3, "no AWS credentials can be used", "sign in with `aws sso login`")


@pytest.mark.parametrize("command", ON_AWS)
def test_an_endpoint_that_does_not_answer(command, tmp_path, dead_endpoint):
    settings = CREDENTIALS | {"AWS_ENDPOINT_URL": dead_endpoint}

    done = run(command, *ON_AWS[command], "--env", "dev", folder=tmp_path, **settings)

    assert_one_sentence(done, 3, "AWS cannot be reached", dead_endpoint)


def test_a_proxy_that_does_not_answer(tmp_path, dead_endpoint):
    done = run("releases", "--env", "dev", folder=tmp_path, HTTPS_PROXY=dead_endpoint, **CREDENTIALS)

    assert_one_sentence(done, 3, "AWS cannot be reached", "HTTPS_PROXY")


def test_no_region(tmp_path):
    assert_one_sentence(run("releases", "--env", "dev", folder=tmp_path), 3, "no AWS region is set")


def test_a_profile_that_does_not_exist(tmp_path):
    done = run("releases", "--env", "dev", folder=tmp_path, AWS_PROFILE="nobody", AWS_REGION="eu-west-1")

    assert_one_sentence(done, 3, "nobody", "`aws configure list-profiles`")


@pytest.mark.parametrize("command", [["process", "--out", "out"], ["demo"]], ids=["process", "demo"])
@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        (["nowhere.csv"], "nowhere.csv does not exist; check the path"),
        (["folder"], "folder is a folder; name the files in it, such as folder/*.csv"),
        (
            ["a b.csv", "folder/a b.csv"],
            "2 files are called a b.csv; their outputs would overwrite each other",
        ),
    ],
    ids=["no such file", "a folder", "two of one name"],
)
def test_files_that_cannot_be_processed(command, named, complaint, tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("a b.csv", "folder/a b.csv"):
        (tmp_path / name).write_bytes(reviews("Good soup"))

    assert_one_sentence(run(*command, *named, folder=tmp_path), 2, complaint)


def test_a_name_may_hold_spaces(tmp_path):
    (tmp_path / "my reviews.csv").write_bytes(reviews("Good soup"))

    done = run("process", "my reviews.csv", "--out", "my outputs", folder=tmp_path)

    assert done.returncode == 0
    assert (tmp_path / "my outputs/processed/processed_my reviews.csv.parquet").exists()


@pytest.fixture
def as_owner_without_privileges():
    """Return what a command has to start with, so that permissions bind it even when root runs the tests."""
    return (
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        if shutil.which("setpriv") and not os.geteuid()
        else []
    )


def test_a_folder_that_is_read_only(tmp_path, as_owner_without_privileges):
    (tmp_path / "a.csv").write_bytes(reviews("Good soup"))
    (tmp_path / "out").mkdir(mode=0o555)

    done = run("process", "a.csv", "--out", "out", folder=tmp_path, prefix=as_owner_without_privileges)

    assert_one_sentence(done, 2, "out/processed cannot be used: Permission denied; name another path")


def test_an_output_folder_that_is_a_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(reviews("Good soup"))

    done = run("process", "a.csv", "--out", "a.csv", folder=tmp_path)

    assert_one_sentence(done, 2, "cannot be used: Not a directory")

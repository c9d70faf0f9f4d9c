"""Runs every documented command in the order of the pages."""

import json
import os
import re
import subprocess

import pytest

from tests.ci.test_make_targets import TOO_LONG_FOR_A_TEST
from tests.cli.commands import SCRIPT
from tests.docs.pages import PAGES, commands_of
from tests.e2e.checkout import first_release
from tests.e2e.conftest import reviews, wait_until

# The pages name environments of an AWS account; here the environment `local` of the emulator replaces them.
ON_THE_EMULATOR = [
    (r"env=(dev|prod)\b", "env=local"),
    (r"ENV=(dev|prod)\b", "ENV=local"),
    (r"--env (dev|prod)\b", "--env local"),
    (r"tastetrend-dev-(raw|processed)-<account>", r"tastetrend-local-\1-000000000000"),
    (r"tastetrend-dev-deploy", "tastetrend-local-deploy"),
    (r"<owner>/<name>", "octo/reviews"),
    (r"<account>", "000000000000"),
]
NOT_HERE = (
    "gh ",  # not available as a Python or Node package
    "tastetrend onboard",  # changes the code; tests/docs/test_onboarding.py and test_onboarding.py run it
)
RAW = "tastetrend-local-raw-000000000000"
COMMANDS = [
    pytest.param(command, id=f"{page}: {command}"[:110])
    for page in PAGES
    for command in commands_of(page)
    if command not in TOO_LONG_FOR_A_TEST and not command.startswith(NOT_HERE)
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Yield a checkout with a version to release and files to process."""
    with first_release(tmp_path_factory.mktemp("documented")) as releases:
        releases.raise_version()
        (releases.folder / "my reviews").mkdir()
        for name in ("a.csv", "b.txt", "my reviews/c.csv"):
            (releases.folder / name).write_bytes(reviews("Good soup"))
        key = "2026/11/a.csv"
        releases.client("s3").put_object(Bucket=RAW, Key=key, Body=reviews("Good soup"))
        (releases.folder / "delivery.manifest.jsonl").write_text(json.dumps(key), encoding="utf-8")
        yield releases
        subprocess.run([SCRIPT, "down"], cwd=releases.folder, check=True)  # noqa: S603 # after a failed test


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_works(command, checkout):
    for documented, replacement in ON_THE_EMULATOR:
        command = re.sub(documented, replacement, command)
    environment = (
        os.environ | checkout.emulator.environment | {"CDK_REQUIRE_APPROVAL": "never"}
    )  # no terminal
    environment["PATH"] = f"{SCRIPT.parent}{os.pathsep}{environment['PATH']}"

    result = subprocess.run(  # noqa: S603 # commands of the repository's pages
        ["bash", "-e", "-o", "pipefail", "-c", command],  # noqa: S607 # like a reader's shell
        cwd=checkout.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout
    assert "Traceback" not in result.stdout
    if command.startswith("aws s3 cp"):
        wait_until(lambda: has_outputs(checkout))  # the page's next command lists them


def has_outputs(checkout):
    bucket = "tastetrend-local-processed-000000000000"
    return checkout.client("s3").list_objects_v2(Bucket=bucket, Prefix="processed/")["KeyCount"]

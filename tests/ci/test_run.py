"""CI runs all tests and then the browser, which it installs where it may."""

import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"
INSTALLED = ["apt-get update", "apt-get install chromium"]
CHECKED = ["make test", "make browser"]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs CI with stand-ins of its programs, and returns what it called."""
    programs, calls = tmp_path / "programs", tmp_path / "calls"
    programs.mkdir()
    for name in ("bash", "dirname"):
        (programs / name).symlink_to(shutil.which(name))
    (tmp_path / ".ci").mkdir()
    shutil.copy(RUN, tmp_path / ".ci")

    def run_ci(user, *others, fails="nothing", **variables):
        scripts = {"id": f"echo {user}"} | dict.fromkeys(["make", "apt-get", *others], "")
        for name, script in scripts.items():
            called = (
                'words=; for word in "$@"; do case $word in -*|*=*) ;; *) words="$words $word" ;; esac; done'
            )
            record = f'[ {name} = id ] || echo "{name}$words" >> {calls}; [ "{name}$words" != "{fails}" ]'
            (programs / name).write_text(f"#!/bin/sh\n{script}\n{called}\n{record}\n")
            (programs / name).chmod(0o755)
        ended = subprocess.run(  # noqa: S603 # the project's own script
            [tmp_path / ".ci" / "run"], env={"PATH": str(programs), **variables}, check=False
        )
        return ended.returncode, calls.read_text().splitlines()

    return run_ci


def test_root_installs_chromium_where_there_is_none(run):
    assert run(0) == (0, [CHECKED[0], *INSTALLED, CHECKED[1]])


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_no_browser_is_installed_where_there_is_one(run, browser):
    assert run(0, browser) == (0, CHECKED)


def test_a_browser_that_a_variable_names_is_enough(run):
    assert run(0, CHROMIUM="/opt/chromium") == (0, CHECKED)


def test_another_user_installs_nothing(run):
    assert run(1000) == (0, CHECKED)


def test_where_nothing_can_be_installed_make_says_what_is_missing(run):
    assert run(0, fails=INSTALLED[0]) == (0, [CHECKED[0], INSTALLED[0], CHECKED[1]])


@pytest.mark.parametrize("command", CHECKED)
def test_a_failed_check_fails_the_run(run, command):
    status, _ = run(1000, fails=command)

    assert status != 0

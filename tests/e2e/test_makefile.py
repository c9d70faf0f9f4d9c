"""`make` on a machine without the required programs."""

import shutil
import subprocess

import pytest

from local.emulator import PROJECT

MAKE = shutil.which("make")
NO_PYTHON = "Python 3.11 is needed and none of python3.11, python3, python is it"


@pytest.fixture
def make(tmp_path):
    """Return a function that runs a target in a fresh checkout with few programs on PATH."""
    for name in ("Makefile", "package.json", "package-lock.json", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    shutil.copytree(PROJECT / "locks", tmp_path / "locks")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "sed", "awk", "df"):
        (programs / name).symlink_to(shutil.which(name))

    def make_target(target, **scripts):
        for name, script in scripts.items():
            program = programs / name
            program.unlink(missing_ok=True)  # or a link to the real program would be followed
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        return subprocess.run(  # noqa: S603 # fixed program, no shell
            [MAKE, target],
            cwd=tmp_path,
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    return make_target


@pytest.mark.parametrize(
    ("target", "fakes", "message"),
    [
        ("venv", {}, NO_PYTHON),
        ("venv", {"python3": "exit 1"}, NO_PYTHON),
        ("node_modules", {}, "Node 20 or newer is needed and there is none"),
        ("node_modules", {"node": "echo v18.20.2"}, "Node 20 or newer is needed and node is version 18"),
        (
            "browser",
            {},
            "Chromium is needed and none of chromium, chromium-browser, google-chrome is on the PATH",
        ),
    ],
    ids=["no Python", "another Python", "no Node", "old Node", "no Chromium"],
)
def test_a_missing_program_is_reported_in_one_line(make, target, fakes, message):
    result = make(target, **fakes)
    assert result.returncode == 2
    first, *others = result.stderr.splitlines()
    assert first.startswith(message)
    assert [line for line in others if not line.startswith("make: ***")] == []


def test_all_that_is_missing_is_reported_before_anything_is_installed(make, tmp_path):
    full = "echo; echo disk 9 9 1 100% /"

    result = make("install", node="echo v18.20.2", df=full)

    assert result.returncode == 2
    assert [line for line in result.stderr.splitlines() if not line.startswith("make: ***")] == [
        f"{NO_PYTHON}; install it from https://www.python.org/downloads/",
        "Node 20 or newer is needed and node is version 18; install it from https://nodejs.org/",
        f"{tmp_path} has 1 MB free and 1500 MB are needed; free some",
    ]
    assert result.stdout == ""


def test_make_help_lists_the_targets(make):
    listed = make("help").stdout
    for target in ("demo", "up", "down", "test", "check", "synth"):
        assert f"make {target} " in listed

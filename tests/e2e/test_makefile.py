"""What a newcomer meets who lacks something."""

import shutil
import subprocess

import pytest

from local.emulator import PROJECT

MAKE = shutil.which("make")


@pytest.fixture
def make(tmp_path):
    """Return a function that makes a target in a fresh checkout, on a machine with few programs."""
    for name in ("Makefile", "package.json", "package-lock.json", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    shutil.copytree(PROJECT / "locks", tmp_path / "locks")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "sed", "awk"):
        (programs / name).symlink_to(shutil.which(name))

    def make_target(target, **pretended):
        for name, answer in pretended.items():
            program = programs / name
            program.write_text(f"#!/bin/sh\n{answer}\n")
            program.chmod(0o755)
        return subprocess.run(  # noqa: S603 # our own Makefile
            [MAKE, target],
            cwd=tmp_path,
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    return make_target


@pytest.mark.parametrize(
    ("target", "pretended", "complaint"),
    [
        ("venv", {}, "Python 3.11 is needed and none of python3.11, python3, python is it"),
        (
            "venv",
            {"python3": "exit 1"},
            "Python 3.11 is needed and none of python3.11, python3, python is it",
        ),
        ("node_modules", {}, "Node 18 or newer is needed and there is none"),
        ("node_modules", {"node": "echo v16.20.2"}, "Node 18 or newer is needed and node is version 16"),
    ],
    ids=["no Python", "another Python", "no Node", "old Node"],
)
def test_what_is_missing_is_told_in_one_line(make, target, pretended, complaint):
    made = make(target, **pretended)
    assert made.returncode == 2
    first, *others = made.stderr.splitlines()
    assert first.startswith(complaint)
    assert [line for line in others if not line.startswith("make: ***")] == []


def test_make_alone_lists_what_can_be_made(make):
    listed = make("help").stdout
    for target in ("demo", "up", "down", "test", "check", "synth"):
        assert f"make {target} " in listed

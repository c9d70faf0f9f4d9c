"""A machine that lacks something is told what, before anything is deployed."""

import json
import shutil
from types import SimpleNamespace

import pytest

from local.emulator import PROJECT
from local.preflight import MIN_FREE_MB, MIN_NODE, check_machine
from ops.errors import CommandError


@pytest.fixture
def node(tmp_path, monkeypatch):
    """Return a function that puts a Node of a version on the PATH, alone."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))

    def install(version):
        (programs / "node").write_text(f"#!/bin/sh\necho {version}\n")
        (programs / "node").chmod(0o755)

    return install


@pytest.fixture
def free_mb(monkeypatch):
    """Return a function that sets the free space of every disk."""

    def set_free(free):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free * 2**20))

    return set_free


@pytest.mark.parametrize("version", ["v20.0.0", "v26.1.0"])
def test_a_machine_with_all_that_is_needed_passes(node, free_mb, version, tmp_path):
    node(version)
    free_mb(MIN_FREE_MB)

    check_machine(tmp_path / "new" / "results")

    assert list((tmp_path / "new" / "results").iterdir()) == []


def test_without_node(node, tmp_path):
    with pytest.raises(
        CommandError, match=r"Node 20 or newer is needed and there is none; install it from http"
    ):
        check_machine(tmp_path)


@pytest.mark.parametrize("version", ["v18.20.8", "v9.0.0"])
def test_an_old_node(node, version, tmp_path):
    node(version)

    with pytest.raises(
        CommandError, match=rf"20 or newer is needed and node is version {version[1:].split('.')[0]};"
    ):
        check_machine(tmp_path)


def test_a_folder_that_cannot_be_written_to(node, tmp_path):
    node("v20.0.0")
    (tmp_path / "file").touch()

    with pytest.raises(
        CommandError, match=r"file/build cannot be written to \(Not a directory\); run the command in"
    ):
        check_machine(tmp_path / "file" / "build")


def test_a_full_disk(node, free_mb, tmp_path):
    node("v20.0.0")
    free_mb(MIN_FREE_MB - 1)

    with pytest.raises(CommandError, match=f"has {MIN_FREE_MB - 1} MB free and {MIN_FREE_MB} MB are needed"):
        check_machine(tmp_path)


def test_the_same_node_is_asked_for_everywhere():
    read = {name: (PROJECT / name).read_text() for name in ("package.json", "Makefile", "README.md")}

    assert json.loads(read["package.json"])["engines"] == {"node": f">={MIN_NODE}"}
    assert f"-ge {MIN_NODE} " in read["Makefile"]
    assert f"Node {MIN_NODE} or newer" in read["README.md"]

"""Every package is installed in the version that the requirements name, and by its hash."""

import re

import pytest

from tests.docs.pages import PROJECT


def pins(path):
    """Return package → version, of the lines that name one."""
    found = re.findall(r"^([\w.-]+)(?:\[.+\])?==([^\s;\\]+)", (PROJECT / path).read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


LOCKS = {
    "requirements.txt": "requirements.txt",
    "requirements-dev.txt": "requirements-dev.txt",
    "requirements-retrieval.txt": "retrieval.txt",
    "requirements-langchain.txt": "langchain.txt",
    "requirements-checkov.txt": "checkov.txt",
}


@pytest.mark.parametrize(("requirements", "lock"), LOCKS.items())
def test_a_lock_file_holds_what_the_requirements_name(requirements, lock):
    assert pins(requirements).items() <= pins(f"locks/{lock}").items()


@pytest.mark.parametrize("name", ["uv.txt", *LOCKS.values()])
def test_every_locked_package_has_hashes_and_no_address(name):
    text = (PROJECT / "locks" / name).read_text()
    packages = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]

    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text
    assert not re.search(r"(?:-c|-r) /", text)  # a path of the machine that has locked them


def test_the_checks_run_on_what_the_demo_installs():
    assert pins("locks/requirements.txt").items() <= pins("locks/requirements-dev.txt").items()
    assert pins("locks/uv.txt").items() <= pins("requirements.txt").items()


def test_what_is_installed_together_has_the_same_versions():
    checks, retrieval = pins("locks/requirements-dev.txt"), pins("locks/retrieval.txt")

    both = checks.keys() & retrieval.keys()
    assert "numpy" in both
    assert {name: checks[name] for name in both} == {name: retrieval[name] for name in both}

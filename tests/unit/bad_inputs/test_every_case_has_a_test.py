"""The table of bad inputs and the tests have the same cases."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| ([EFRI]\d\d) \|", re.MULTILINE)
NAME = re.compile(r"^\s*def test_([EFRI]\d\d)_", re.MULTILINE)


def documented():
    return ROW.findall((ROOT / "docs" / "bad-inputs.md").read_text(encoding="utf-8"))


def named_in_tests():
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {case for source in sources for case in NAME.findall(source)}


def test_every_case_has_a_test_and_every_test_a_case():
    assert set(documented()) ^ named_in_tests() == set()


def test_no_case_is_listed_twice():
    assert len(documented()) == len(set(documented()))

"""What the page on onboarding shows is what the command does with its example file."""

import io
import itertools
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest
from rich.console import Console

from ops.onboard import CODE, draft_source, onboard_file
from tastetrend_etl.sources.config import CATEGORY_TABLES, DATE_ORDERS, Source
from tests.docs.pages import PROJECT, commands_of, words_of

PAGE = (PROJECT / "docs" / "onboarding.md").read_text(encoding="utf-8")
EXAMPLE = PROJECT / "docs" / "examples" / "lindenhof_2025.csv"
WIDTH = 110
COMMANDS = [
    words_of(line) for line in commands_of("docs/onboarding.md") if line.startswith("tastetrend onboard l")
]


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_shown(text):
    """Return whether the page has the lines of a text, one after the other."""
    shown, lines = lines_of(PAGE), lines_of(text)
    return any(shown[start : start + len(lines)] == lines for start in range(len(shown)))


def options_of(words):
    given = {"--column": [], "--category": []}
    for option, value in itertools.pairwise(words):
        if option in given:
            given[option].append(value)
    return draft_source(
        words[words.index("--name") + 1],
        words[words.index("--key-pattern") + 1],
        given["--column"],
        given["--category"],
    )


def folders_in(folder, names):
    """Return the golden files of onboarded sources, which the page does not count."""
    return [name for name in names if Path(folder, name).is_dir()]


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    """Return a copy of the parts of the function's code that a source is added to."""
    code = tmp_path_factory.mktemp("project") / "lambda_src"
    for part in ("tastetrend_etl/sources", "tastetrend_gate/golden"):
        shutil.copytree(CODE / part, code / part, ignore=folders_in)
    shutil.copy(CODE / "tastetrend_etl/__init__.py", code / "tastetrend_etl")
    return code


@pytest.fixture(scope="module")
def outputs(code):
    """Return exit status and output of each command of the page, in their order."""
    results = []
    for words in COMMANDS:
        text = io.StringIO()
        console = Console(file=text, width=WIDTH, markup=False, emoji=False, soft_wrap=True)
        result = onboard_file(EXAMPLE, options_of(words), console, force="--force" in words, code=code)
        results.append((result.exit_code, text.getvalue()))
    return results


def test_the_page_shows_the_output_of_its_commands(outputs):
    assert [status for status, _ in outputs] == [1, 0]
    assert [text for _, text in outputs if not is_shown(text)] == []


def test_the_page_shows_the_example_and_the_source_that_is_written(outputs, code):
    toml = (code / "tastetrend_etl/sources/lindenhof.toml").read_text(encoding="utf-8")

    assert is_shown(toml)
    assert is_shown("\n".join(EXAMPLE.read_text(encoding="utf-8").splitlines()[:3]))
    assert "40 invented reviews" in PAGE
    assert (
        len((code / "tastetrend_gate/golden/lindenhof/lindenhof_golden.csv").read_bytes().splitlines()) == 44
    )


def test_the_table_has_every_key_and_its_values():
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))

    assert [*told] == [each.name for each in fields(Source)][1:]
    assert [order for order in DATE_ORDERS if order not in told["date_order"]] == []
    assert [name for name in CATEGORY_TABLES if name not in told["categories"]] == []


def test_the_pattern_of_the_table_matches_its_key():
    pattern, key = re.search(r"`(\S+)` is for `(\S+)`", PAGE).groups()

    assert Path(key).match(pattern)

"""What the pages tell a reader to type exists, and what they show is so."""

import re

import pytest
from typer.main import get_command

from ops.cli import app
from tastetrend_stack.environments import ENVIRONMENTS
from tests.docs.pages import PAGES, PROJECT, commands_of, words_of

TARGETS = set(
    re.findall(r"^([a-z_]+):.*## ", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)
COMMANDS = [
    pytest.param(words_of(command), id=f"{page}: {command}"[:110])
    for page in (*PAGES, "docs/operations.md", "docs/commands.md")
    for command in commands_of(page)
]


def of(program):
    return pytest.mark.parametrize("words", [each for each in COMMANDS if each.values[0][0] == program])


def test_the_pages_hold_commands():
    assert len(COMMANDS) > 30


@of("make")
def test_what_is_to_be_made_can_be(words):
    assert [word for word in words[1:] if "=" not in word and word not in TARGETS] == []


@of("tastetrend")
def test_a_command_knows_its_options(words):
    if words[1:] == ["--help"]:
        return
    command = get_command(app).commands[words[1]]

    command.make_context(words[1], words[2:])  # raises on an option or a value that it does not know


@of("npx")
def test_the_cdk_is_told_of_an_environment_that_there_is(words):
    assert words[1] == "cdk"
    named = re.findall(r"env=(\S+)", " ".join(words))
    assert words[2] == "bootstrap" or set(named) <= set(ENVIRONMENTS) - {"local"} != set()


def test_the_readme_shows_the_sources_as_they_come_out():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    expected = (PROJECT / "samples" / "expectations.json").read_text(encoding="utf-8")

    shown = re.findall(r"^ +(tastetrend_\S+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) ", readme, re.MULTILINE)

    assert len(shown) == 5
    for file, *counts in shown:
        told = [int(count.replace(",", "")) for count in counts]
        block = expected[expected.index(f'"{file}"') :]
        true = [
            int(re.search(rf'"rows_{name}": (\d+)', block)[1])
            for name in ("read", "written", "rejected", "duplicate")
        ]
        assert told == true


@pytest.mark.parametrize(
    "page",
    [
        *PAGES,
        "CHANGELOG.md",
        "SECURITY.md",
        *(
            f"docs/{path.name}"
            for path in (PROJECT / "docs").glob("*.md")
            if f"docs/{path.name}" not in PAGES
        ),
    ],
)
def test_every_link_leads_somewhere(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]

    assert [link for link in links if not (PROJECT / page).parent.joinpath(link).exists()] == []


def slug(heading):
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", sorted((PROJECT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_link_to_a_section_leads_to_one(page):
    missing = []
    for target, anchor in re.findall(r"\]\(([^):]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        there = page.parent / target if target else page
        headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
        if anchor not in map(slug, headings):
            missing.append(f"{target}#{anchor}")

    assert missing == []


def test_the_layout_in_the_readme_is_the_tree():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    layout = readme[readme.index("## How it is laid out") : readme.index("## Develop it")]

    folders = set(re.findall(r"^ {4}([a-z_]+)/", layout, re.MULTILINE))

    there = {path.name for path in PROJECT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert there - {"node_modules", "build", "cdk.out"} - folders == set()
    assert folders - there == set()

"""The commands that the pages tell a reader to type."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGES = (
    *("README.md", "CONTRIBUTING.md", "docs/batch.md"),
    *("docs/onboarding.md", "docs/releasing.md", "docs/ci.md"),
)
PROGRAMS = {"make", "npx", "aws", "gh", "tastetrend", "source", "eval"}
_COMMAND = re.compile(r"^ {4,11}(?P<line>[a-z][^\n]*)$|`(?P<quoted>[a-z]+ [^`]+)`", re.MULTILINE)


def commands_of(page: str) -> Iterator[str]:
    """Yield each command of a page, indented on a line of its own or quoted in a sentence."""
    text = (PROJECT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    for found in _COMMAND.finditer(text):
        command = re.sub(r"  +# .*", "", found["line"] or found["quoted"]).strip()
        if command.split()[0] in PROGRAMS and "──" not in command:
            yield command


def words_of(command: str) -> list[str]:
    """Split a command as a shell does."""
    return shlex.split(command, comments=True)

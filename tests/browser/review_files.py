"""The review files whose pages are checked."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from samples import edge_cases
from tests.docs.pages import PROJECT

ATTACK = "\"'><script>alert(1)</script><img src=http://attacker.invalid/x onerror=alert(1)>&{{7*7}}$x"
ATTACKING_NAME = f"{ATTACK.replace('/', '')}.csv"
_ROWS = 40
_COLUMNS = ("review_id", "date", "rating", "review_text", "party_size", "gender")


def _sample(path: Path) -> Callable[[Path], object]:
    return lambda folder: (folder / path.name).write_bytes(path.read_bytes())


def _csv(name: str, header: tuple[str, ...], *rows: tuple[str, ...]) -> Callable[[Path], object]:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return lambda folder: (folder / name).write_text(text.getvalue(), encoding="utf-8")


def _attacked(number: int) -> tuple[str, ...]:
    return tuple(f"{ATTACK}{number}" for _ in (*_COLUMNS, "two", "more"))


FILES = {
    **{path.stem: _sample(path) for path in sorted((PROJECT / "samples").glob("tastetrend_*"))},
    "edge_cases": lambda folder: edge_cases.write(folder / "edge_cases.csv"),
    "no_rows": _csv("no_rows.csv", _COLUMNS),
    "all_issues": _csv(
        "all_issues.csv",
        _COLUMNS,
        *((str(number), "some day", "7/5", f"Soup {number}", "0", "Dragon") for number in range(_ROWS)),
    ),
    "rejected": _csv("rejected.csv", ("a picture of soup",), ("another one",)),
    "attacks": _csv(ATTACKING_NAME, (*_COLUMNS, ATTACK, f"more {ATTACK}"), *map(_attacked, range(_ROWS))),
}
"""Name of a page → function that writes its review file into a folder."""

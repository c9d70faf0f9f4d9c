"""The review files whose pages are checked."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from samples import edge_cases
from tests.docs.pages import PROJECT

ATTACK = "\"'><script>alert(1)</script><img src=http://attacker.invalid/x onerror=alert(1)>&{{7*7}}$x"
_ROWS = 40
_COLUMNS = ("review_id", "date", "rating", "review_text", "party_size", "gender")


def _copy(path: Path) -> Callable[[Path], object]:
    return lambda target: target.write_bytes(path.read_bytes())


def _csv(header: tuple[str, ...], *rows: tuple[str, ...]) -> Callable[[Path], object]:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return lambda target: target.write_text(text.getvalue(), encoding="utf-8")


def _attacked(number: int) -> tuple[str, ...]:
    return tuple(f"{ATTACK}{number}" for _ in (*_COLUMNS, "two", "more"))


def _faulty(number: int) -> tuple[str, ...]:
    return (str(number), "some day", "7/5", f"Soup {number}", "0", "Dragon")


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    **{path.stem: (path.name, _copy(path)) for path in sorted((PROJECT / "samples").glob("tastetrend_*"))},
    "edge_cases": ("edge_cases.csv", edge_cases.write),
    "no_rows": ("no_rows.csv", _csv(_COLUMNS)),
    "all_issues": ("all_issues.csv", _csv(_COLUMNS, *map(_faulty, range(_ROWS)))),
    "rejected": ("rejected.csv", _csv(("a picture of soup",), ("another one",))),
    "attacks": (
        f"{ATTACK.replace('/', '')}.csv",
        _csv((*_COLUMNS, ATTACK, f"more {ATTACK}"), *map(_attacked, range(_ROWS))),
    ),
}
"""Name of a page → name of its review file, and a function that writes the file to a path."""

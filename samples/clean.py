"""Writes a golden file without errors that contains every category."""

import csv
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from samples.expected_rows import GROUPS, ExpectedRow, log_total_spent
from samples.review_text import review
from samples.rows import WRITTEN
from samples.sources import SHARED_COLUMNS, SOURCES

ROWS = 60
_FIRST_VISIT = datetime(2023, 1, 2, 18, 30, tzinfo=UTC)
_PLACES = ("Harbour", "Old Town", "Station")


def write(path: Path, seed: int) -> list[ExpectedRow]:
    """Write the file and return its expected rows."""
    rng = random.Random(f"{seed}:clean")  # noqa: S311 # nosec B311 # synthetic data, no secret
    groups = [list(islice(cycle(table.items()), ROWS)) for _, table in GROUPS.values()]
    expected = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*SOURCES["downtown"].columns, *SHARED_COLUMNS))
        for number, words in enumerate(zip(*groups, strict=True), 1):
            facts = _facts(rng, number)
            writer.writerow([*_cells(rng, number, facts), *(word for word, _ in words)])
            expected.append(ExpectedRow(number, WRITTEN, {**_expected_values(facts), **_categories(words)}))
    return expected


def _facts(rng: random.Random, number: int) -> dict[str, float]:
    spent, share = float(rng.randrange(12, 180)), rng.choice((10.0, 15.0, 20.0))
    return {
        "days": 5 * number,
        "rating": float(rng.randint(1, 5)),
        "spent": spent,
        "tip": round(spent * share / 100, 2),
        "share": share,
        "party": float(rng.randint(1, 8)),
        "place": number % len(_PLACES),
    }


def _cells(rng: random.Random, number: int, facts: Mapping[str, float]) -> list[str]:
    return [
        str(number),
        f"Guest {number}",
        _visit(facts).strftime("%Y-%m-%d %H:%M:%S"),
        f"{facts['rating']:.0f}",
        review(rng, facts["rating"], f"Bill CL-{number:07d}."),
        _PLACES[int(facts["place"])],
        "The Copper Ladle",
        *(f"{facts[name]:.2f}" for name in ("spent", "tip", "share")),
        f"{facts['party']:.0f}",
    ]


def _expected_values(facts: Mapping[str, float]) -> dict[str, object]:
    return {
        "review_date": _visit(facts),
        "rating_1_5": facts["rating"],
        "rating_scale": 5.0,
        "total_spent": facts["spent"],
        "log_total_spent": log_total_spent(facts["spent"]),
        "tip_amount": facts["tip"],
        "tip_percentage": facts["share"],
        "party_size": facts["party"],
        "location": _PLACES[int(facts["place"])],
    }


def _categories(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {column: category for (column, _), (_, category) in zip(GROUPS.values(), words, strict=True)}


def _visit(facts: Mapping[str, float]) -> datetime:
    return _FIRST_VISIT + timedelta(days=facts["days"])

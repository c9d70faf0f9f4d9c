"""Computes the expected output row of a generated row under the data contract: values and issue codes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from samples.columns import Value
from samples.rows import DATE, RATING, SPENT, WRITTEN, Row
from samples.sources import Source
from samples.vocabulary import NULL_VALUES

PLACE, PARTY, AGE_RANGE, GENDER, ETHNICITY = 5, 10, 11, 12, 13  # indices of cells in a row

GROUPS: Mapping[int, tuple[str, Mapping[str, str]]] = {
    AGE_RANGE: (
        "age_group",
        {
            "18-25": "young_adult", "26-35": "adult", "36-45": "mid_age",
            "46-55": "mature", "56-65": "senior", "65+": "elder",
        },
    ),
    GENDER: (
        "gender_norm",
        {
            "m": "male", "male": "male", "f": "female", "female": "female", "non-binary": "non_binary",
            "other": "other", "prefer not to say": "undisclosed",
        },
    ),
    ETHNICITY: (
        "ethnicity_norm",
        {
            "caucasian": "caucasian", "white": "caucasian", "black": "african_american",
            "african american": "african_american", "latino": "hispanic", "hispanic": "hispanic",
            "asian": "asian", "mixed": "mixed", "native american": "native_american", "other": "other",
        },
    ),
}  # fmt: skip
PARTY_SIZES_IN_WORDS = {"two": 2.0}

# column → index of its cell, and invalid cell → issue code
ISSUES: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "date": (
        DATE,
        {
            **dict.fromkeys(
                ("31/02/2020", "02/31/2020", "2020-13-45", "yesterday", "last week"), "date_unparseable"
            ),
            **dict.fromkeys(("0001-01-01", "2999-01-01"), "date_out_of_range"),
        },
    ),
    "rating": (
        RATING,
        {
            **dict.fromkeys(("great", "so-so", "superb", "amazing"), "rating_unparseable"),
            **dict.fromkeys(
                ("50", "0", "6", "11", "-1", "9", "7/5", "12 out of 10", "120%"), "rating_out_of_scale"
            ),
        },
    ),
    "total_spent": (SPENT, dict.fromkeys(("-5", "-12.50"), "total_spent_negative")),
    "party_size": (
        PARTY,
        {
            "2.5": "party_size_unparseable",
            **dict.fromkeys(("0", "-2", "1000000000"), "party_size_out_of_range"),
        },
    ),
}
MAX_TIP_PERCENTAGE = 30.0
_SCALES = {"/10": 10, "out of 10": 10, "%": 100}  # other ratings have the scale of the file


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """The expected result of one row of a golden file.

    Attributes:
        number: source row number, from 1.
        outcome: `written`, `duplicate`, or the reason of its rejection.
        expected_values: of a written row, unified column → value.
        issues: the issue codes of a written row.
    """

    number: int
    outcome: str
    expected_values: Mapping[str, object] = field(default_factory=dict)
    issues: tuple[str, ...] = ()


def expected_row(row: Row, source: Source) -> ExpectedRow:
    """Return the expected result of a generated row."""
    if row.outcome != WRITTEN:
        return ExpectedRow(row.number, row.outcome)
    return ExpectedRow(row.number, row.outcome, _expected_values(row, source), tuple(_expected_issues(row)))


def _expected_values(row: Row, source: Source) -> dict[str, Value | str]:
    """Return unified column → value, for the columns that the contract parses or maps."""
    spent = row.expected["total_spent"]
    return {
        "review_date": row.expected["date"],
        "rating_1_5": row.expected["rating"],
        "rating_scale": _scale(row.cells[RATING], source),
        "total_spent": spent,
        "log_total_spent": log_total_spent(spent),
        "tip_amount": row.expected["tip_amount"],
        "tip_percentage": _capped(_tip_percentage(row)),
        "party_size": PARTY_SIZES_IN_WORDS.get(row.cells[PARTY], row.expected["party_size"]),
        "location": row.cells[PLACE].strip(),
        **{column: table.get(_plain(row.cells[index])) for index, (column, table) in GROUPS.items()},
    }


def _expected_issues(row: Row) -> list[str]:
    codes = [
        table[row.cells[index]]
        for column, (index, table) in ISSUES.items()
        if row.expected[column] is None and row.cells[index] in table
    ]
    if row.duplicate_of:
        codes.append("possible_duplicate")
    if any(_unmapped(row.cells[index], table) for index, (_, table) in GROUPS.items()):
        codes.append("unmapped_category")
    if (_tip_percentage(row) or 0) > MAX_TIP_PERCENTAGE:
        codes.append("tip_percentage_capped")
    return codes


def log_total_spent(spent: object) -> float | None:
    """Return the expected `log_total_spent` of an amount."""
    return round(math.log1p(spent), 6) if isinstance(spent, float) else None


def _tip_percentage(row: Row) -> float | None:
    """Return the percentage before it is capped: the given one, else computed from both amounts."""
    share, spent, tip = (row.expected[column] for column in ("tip_percentage", "total_spent", "tip_amount"))
    if not share and isinstance(spent, float) and isinstance(tip, float) and spent > 0:
        return round(tip / spent * 100, 6)
    return share if isinstance(share, float) else None


def _capped(percentage: float | None) -> float | None:
    return None if percentage is None else min(percentage, MAX_TIP_PERCENTAGE)


def _scale(cell: str, source: Source) -> float | None:
    _, invalid = ISSUES["rating"]
    if cell in NULL_VALUES or invalid.get(cell) == "rating_unparseable":
        return None
    return next((float(scale) for mark, scale in _SCALES.items() if mark in cell), float(source.rating_scale))


def _plain(cell: str) -> str:
    return cell.strip().lower()


def _unmapped(cell: str, table: Mapping[str, str]) -> bool:
    return cell not in NULL_VALUES and _plain(cell) not in table

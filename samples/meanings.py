"""What the words of generated reviews mean under the data contract, and the issues that odd ones raise."""

import math
from collections.abc import Mapping

from samples.columns import Truth
from samples.rows import DATE, RATING, SPENT, Row
from samples.sources import Source
from samples.vocabulary import NULL_VALUES

PLACE, PARTY, AGE_RANGE, GENDER, ETHNICITY = 5, 10, 11, 12, 13  # places of cells in a row

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
PARTIES_IN_WORDS = {"two": 2.0}

# column whose truth is unknown → its place, and the code for each thing that is said all the same
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
MOST_TIPPED = 30.0
_SCALES = {"/10": 10, "out of 10": 10, "%": 100}  # other ratings are on the scale of their file


def says(row: Row, source: Source) -> dict[str, Truth | str]:
    """What a written row says, by unified column; only columns that the contract makes something of."""
    spent = row.truth["total_spent"]
    return {
        "review_date": row.truth["date"],
        "rating_1_5": row.truth["rating"],
        "rating_scale": _scale(row.cells[RATING], source),
        "total_spent": spent,
        "log_total_spent": logarithm(spent),
        "tip_amount": row.truth["tip_amount"],
        "tip_percentage": _capped(_tipped(row)),
        "party_size": PARTIES_IN_WORDS.get(row.cells[PARTY], row.truth["party_size"]),
        "location": row.cells[PLACE].strip(),
        **{column: table.get(_plain(row.cells[place])) for place, (column, table) in GROUPS.items()},
    }


def issues(row: Row) -> list[str]:
    """The codes that a written row must carry."""
    codes = [
        table[row.cells[place]]
        for column, (place, table) in ISSUES.items()
        if row.truth[column] is None and row.cells[place] in table
    ]
    if any(_unmapped(row.cells[place], table) for place, (_, table) in GROUPS.items()):
        codes.append("unmapped_category")
    if (_tipped(row) or 0) > MOST_TIPPED:
        codes.append("tip_percentage_capped")
    return codes


def logarithm(spent: object) -> float | None:
    """The amount as `log_total_spent` tells it."""
    return round(math.log1p(spent), 6) if isinstance(spent, float) else None


def _tipped(row: Row) -> float | None:
    """The percentage before its cap: as delivered, else computed where both amounts are known."""
    share, spent, tip = (row.truth[column] for column in ("tip_percentage", "total_spent", "tip_amount"))
    if not share and isinstance(spent, float) and isinstance(tip, float) and spent > 0:
        return round(tip / spent * 100, 6)
    return share if isinstance(share, float) else None


def _capped(percentage: float | None) -> float | None:
    return None if percentage is None else min(percentage, MOST_TIPPED)


def _scale(cell: str, source: Source) -> float | None:
    _, odd = ISSUES["rating"]
    if cell in NULL_VALUES or odd.get(cell) == "rating_unparseable":
        return None
    return next((float(scale) for mark, scale in _SCALES.items() if mark in cell), float(source.rating_scale))


def _plain(cell: str) -> str:
    return cell.strip().lower()


def _unmapped(cell: str, table: Mapping[str, str]) -> bool:
    return cell not in NULL_VALUES and _plain(cell) not in table

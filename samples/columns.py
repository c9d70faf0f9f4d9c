"""Draws the cells of a batch of rows, column by column, with missing and invalid values at known rows."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samples import vocabulary
from samples.formats import INVALID_DATES, MoneyFormat, Weighted, draw_visits
from samples.review_text import review
from samples.sources import Source

Value = datetime | float | None

# Shares of all rows, unless the source sets its own.
DEFAULT_MISSING: Mapping[str, float] = {
    "text": 0.31,
    "gender": 0.20,
    "ethnicity": 0.13,
    "tip_amount": 0.05,
    "tip_percentage": 0.05,
}
INVALID: Mapping[str, tuple[float, Sequence[str]]] = {
    "date": (0.01, INVALID_DATES),
    "total_spent": (0.003, ("-5", "-12.50")),
    "party_size": (0.005, ("two", "0", "2.5", "-2", "1000000000")),
}
MAX_INVALID_RATINGS = 0.005  # from 1 % on, the check of ratings out of scale warns
_TEN, WORST_OF_TEN = 10, {"0": 1.0}  # the answer 0 of a scale from 0 to 10

MIN_SPENT, MEDIAN_SPENT, SPENT_SPREAD = 5.0, 42.0, 0.68  # of a log-normal
BANQUETS, BANQUET_GUESTS = 0.004, 15

_AGES = Weighted(vocabulary.AGE_RANGES)
_GENDERS = Weighted(vocabulary.GENDERS)
_ETHNICITIES = Weighted(vocabulary.ETHNICITIES)
_PARTIES = Weighted(vocabulary.PARTY_SIZES)
_TIPS = Weighted(vocabulary.TIP_PERCENTAGES)
_TIP_PATTERNS = ("{}", "{}", "{}.0", "{}%")
_NAME_PATTERNS = ("{} {}",) * 12 + ("{} {} ", "  {} {}", "{1}, {0}")


@dataclass(frozen=True, slots=True)
class RowRequirements:
    """Indices of rows whose kind needs certain cells."""

    empty: frozenset[int]  # no rating and no text
    with_text: frozenset[int]  # a text of their own
    longest: int  # the longest text


@dataclass(slots=True)
class Columns:
    """Raw cells by column, and the expected values of the columns that are parsed."""

    cells: dict[str, list[str]]
    expected: dict[str, list[Value]]

    def put(
        self,
        column: str,
        indices: Iterable[int],
        words: Sequence[str],
        rng: random.Random,
        values: Mapping[str, float] | None = None,
    ) -> None:
        """Replace cells by words that must become null, as null or invalid values, or one of `values`."""
        cells, expected = self.cells[column], self.expected.get(column)
        for index in indices:
            cells[index] = rng.choice(words)
            if expected:
                expected[index] = (values or {}).get(cells[index])


def bill_number(source: Source, number: int) -> str:
    """Return the unique mark of a row, which ends its text."""
    return f"Bill {source.mark}-{number:07d}."


def draw_columns(
    rng: random.Random, source: Source, numbers: Sequence[int], requirements: RowRequirements
) -> tuple[Columns, Collection[int]]:
    """Return the columns of the rows with these numbers, and the indices of rows without a text."""
    columns = _complete_columns(rng, source, numbers, requirements.longest)
    without_text = _remove_values(rng, source, columns, requirements)
    for column, (share, words) in INVALID.items():
        columns.put(column, _some(rng, range(len(numbers)), share * len(numbers)), words, rng)
    return columns, without_text


def _remove_values(
    rng: random.Random, source: Source, columns: Columns, requirements: RowRequirements
) -> Collection[int]:
    count = len(columns.cells["text"])
    missing = {**DEFAULT_MISSING, **source.missing}
    empty = requirements.empty
    optional = [index for index in range(count) if index not in requirements.with_text and index not in empty]
    without_text = {*empty, *_some(rng, optional, missing.pop("text") * count - len(empty))}
    texts = [index for index in range(count) if index not in without_text]
    unrated = {*empty, *_some(rng, texts, missing.pop("rating", 0) * count - len(empty))}
    columns.put("text", sorted(without_text), vocabulary.NULL_VALUES, rng)
    columns.put("rating", sorted(unrated), vocabulary.NULL_RATINGS, rng)
    for column, share in missing.items():
        columns.put(column, _some(rng, range(count), share * count), vocabulary.NULL_VALUES, rng)
    rated = [index for index in texts if index not in unrated]
    invalid = _some(rng, rated, int(MAX_INVALID_RATINGS * count))
    worst = WORST_OF_TEN if source.rating_scale == _TEN else None
    columns.put("rating", invalid, source.invalid_ratings, rng, worst)
    return without_text


def _some(rng: random.Random, indices: Sequence[int], count: float) -> list[int]:
    return rng.sample(indices, min(max(round(count), 0), len(indices)))


def _complete_columns(rng: random.Random, source: Source, numbers: Sequence[int], longest: int) -> Columns:
    count = len(numbers)
    date_formats = source.dates.draw(rng, count)
    dates = [
        cell_format.format(visit)
        for cell_format, visit in zip(date_formats, draw_visits(rng, count), strict=True)
    ]
    ratings = source.ratings.draw(rng, count)
    money = source.money.draw(rng, count)
    amounts = _amounts(rng, count)
    spent = [cell_format.format(amount) for cell_format, amount in zip(money, amounts, strict=True)]
    cells = {
        "id": [str(number) for number in numbers],
        "customer": _names(rng, count),
        "date": [cell for cell, _ in dates],
        "rating": [cell for cell, _ in ratings],
        "text": _texts(rng, source, numbers, [value for _, value in ratings], longest),
        "place": rng.choices(source.places, k=count),
        "restaurant": rng.choices(source.restaurants, k=count),
        "total_spent": [cell for cell, _ in spent],
    }
    shares, percentages, tips = _tips(rng, money, amounts)
    parties = _PARTIES.draw(rng, count)
    cells |= {
        "tip_amount": [cell for cell, _ in tips],
        "tip_percentage": percentages,
        "party_size": parties,
        "age_range": _AGES.draw(rng, count),
        "gender": _GENDERS.draw(rng, count),
        "ethnicity": _ETHNICITIES.draw(rng, count),
    }
    expected: dict[str, list[Value]] = {
        "date": [value for _, value in dates],
        "rating": [value for _, value in ratings],
        "total_spent": [value for _, value in spent],
        "tip_amount": [value for _, value in tips],
        "tip_percentage": [float(share) for share in shares],
        "party_size": [float(size) for size in parties],
    }
    return Columns(cells, expected)


def _names(rng: random.Random, count: int) -> list[str]:
    first = rng.choices(vocabulary.FIRST_NAMES, k=count)
    last = rng.choices(vocabulary.LAST_NAMES, k=count)
    patterns = rng.choices(_NAME_PATTERNS, k=count)
    return [pattern.format(*name) for pattern, *name in zip(patterns, first, last, strict=True)]


def _texts(
    rng: random.Random, source: Source, numbers: Sequence[int], ratings: Sequence[float], longest: int
) -> list[str]:
    texts = [
        review(rng, rating, bill_number(source, number))
        for rating, number in zip(ratings, numbers, strict=True)
    ]
    texts[longest] = review(rng, ratings[longest], bill_number(source, numbers[longest]), longest=True)
    return texts


def _amounts(rng: random.Random, count: int) -> list[float]:
    usual = [max(MIN_SPENT, MEDIAN_SPENT * rng.lognormvariate(0, SPENT_SPREAD)) for _ in range(count)]
    guests = [BANQUET_GUESTS if rng.random() < BANQUETS else 1 for _ in range(count)]
    return [round(amount * many, 2) for amount, many in zip(usual, guests, strict=True)]


def _tips(
    rng: random.Random, money: Sequence[MoneyFormat], amounts: Sequence[float]
) -> tuple[list[int], list[str], list[tuple[str, float]]]:
    shares = _TIPS.draw(rng, len(amounts))
    patterns = rng.choices(_TIP_PATTERNS, k=len(amounts))
    percentages = [pattern.format(share) for pattern, share in zip(patterns, shares, strict=True)]
    tips = zip(money, amounts, shares, strict=True)
    return (
        shares,
        percentages,
        [cell_format.format(round(amount * share / 100, 2)) for cell_format, amount, share in tips],
    )

"""Formats a known value as a source writes it: the raw cell, and the value it should be parsed to."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

_FIRST_DAY = datetime(2010, 1, 4, tzinfo=UTC)
_DAYS = 5_400
_OPENS, _CLOSES = 11 * 3600, 23 * 3600


class Weighted(Generic[T]):
    """Choices with weights, symbols many at a time."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._choices = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))

    def draw(self, rng: random.Random, count: int) -> list[T]:
        """Draw `count` choices with replacement."""
        return rng.choices(self._choices, cum_weights=self._bounds, k=count)


@dataclass(frozen=True)
class DateFormat:
    """A `strftime` pattern, the offset of its clock from UTC in hours, and whether the time is left out."""

    pattern: str
    utc_offset: int = 0
    day_only: bool = False

    def format(self, moment: datetime) -> tuple[str, datetime]:
        """Return the raw cell for a UTC time, and the UTC time that it should be parsed to."""
        local = moment + timedelta(hours=self.utc_offset) if self.utc_offset else moment
        expected = moment.replace(hour=0, minute=0, second=0) if self.day_only else moment
        return local.strftime(self.pattern), expected


ISO_DAY = DateFormat("%Y-%m-%d", day_only=True)
ISO = DateFormat("%Y-%m-%d %H:%M:%S")
ISO_T = DateFormat("%Y-%m-%dT%H:%M:%S")
ZULU = DateFormat("%Y-%m-%dT%H:%M:%SZ")
EAST_OF_UTC = DateFormat("%Y-%m-%dT%H:%M:%S+02:00", utc_offset=2)
WEST_OF_UTC = DateFormat("%Y-%m-%d %H:%M:%S-05:00", utc_offset=-5)
MONTH_FIRST = DateFormat("%m/%d/%Y", day_only=True)
DAY_FIRST = DateFormat("%d/%m/%Y", day_only=True)
DAY_MONTH_NAME = DateFormat("%d %b %Y", day_only=True)
MONTH_NAME_DAY = DateFormat("%b %d, %Y", day_only=True)
LONG_MONTH = DateFormat("%B %d, %Y", day_only=True)
COMPACT = DateFormat("%Y%m%d", day_only=True)

INVALID_DATES = (
    "31/02/2020",
    "02/31/2020",
    "yesterday",
    "0001-01-01",
    "2999-01-01",
    "2020-13-45",
    "last week",
)


def draw_visits(rng: random.Random, count: int) -> list[datetime]:
    """Draw UTC times within opening hours."""
    days = rng.choices(range(_DAYS), k=count)
    seconds = rng.choices(range(_OPENS, _CLOSES), k=count)
    return [_FIRST_DAY + timedelta(day, second) for day, second in zip(days, seconds, strict=True)]


@dataclass(frozen=True)
class RatingFormat:
    """A pattern for the ratings of one scale, and the values it is used for."""

    pattern: str
    values: Sequence[str]
    scale: int
    decimal: str = "."

    def cells(self, weight: float) -> dict[tuple[str, float], float]:
        """Return (raw cell, expected rating) → weight; the weights add up to `weight`."""
        ratings = {value: max(1.0, float(value) / self.scale * 5) for value in self.values}
        total = sum(_RATING_WEIGHTS[round(rating)] for rating in ratings.values())
        return {
            (self.pattern.format(value.replace(".", self.decimal)), rating): weight
            * _RATING_WEIGHTS[round(rating)]
            / total
            for value, rating in ratings.items()
        }


_RATING_WEIGHTS = {1: 8, 2: 9, 3: 15, 4: 33, 5: 35}
_SYMBOLS = {
    **{("★" * n + "☆" * (5 - n), float(n)): _RATING_WEIGHTS[n] / 100 for n in range(1, 6)},
    **{("⭐" * n, float(n)): _RATING_WEIGHTS[n] / 400 for n in range(1, 6)},
}
_NUMERALS = ("one", "two", "three", "four", "five")
_WORDS = {(word, float(n)): _RATING_WEIGHTS[n] / 200 for n, word in enumerate(_NUMERALS, 1)} | {
    (f"{word.title()} star{'s' * (n > 1)}", float(n)): _RATING_WEIGHTS[n] / 200
    for n, word in enumerate(_NUMERALS, 1)
}


def rating_cells(
    mix: Mapping[RatingFormat, float], *, symbols: float = 0, words: float = 0
) -> Weighted[tuple[str, float]]:
    """Return all (raw cell, expected rating) pairs of a source, weighted by format and by rating."""
    weights: dict[tuple[str, float], float] = {}
    for rating_format, weight in mix.items():
        weights |= rating_format.cells(weight)
    weights |= {cell: weight * symbols for cell, weight in _SYMBOLS.items()}
    weights |= {cell: weight * words for cell, weight in _WORDS.items()}
    return Weighted({cell: weight for cell, weight in weights.items() if weight > 0})


_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class MoneyFormat:
    """A pattern for an amount; `comma` swaps the thousands and decimal separators."""

    pattern: str
    digits: int = 2
    comma: bool = False

    def format(self, amount: float) -> tuple[str, float]:
        """Return the raw cell for an amount, and the amount that it should be parsed to."""
        cell = self.pattern.format(amount)
        return cell.translate(_SWAPPED) if self.comma else cell, round(amount, self.digits)

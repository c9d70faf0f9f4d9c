"""Spells one known value as the sources spell it: what is delivered, beside what it truly says."""

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
    """Choices with weights, drawn many at a time."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._choices = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))

    def draw(self, rng: random.Random, count: int) -> list[T]:
        """Draws `count` choices, each anew."""
        return rng.choices(self._choices, cum_weights=self._bounds, k=count)


@dataclass(frozen=True)
class DateSpelling:
    """A `strftime` pattern; its clock runs `ahead` hours of UTC, or it tells the day only."""

    pattern: str
    ahead: int = 0
    day_only: bool = False

    def spell(self, moment: datetime) -> tuple[str, datetime]:
        """What is delivered for a moment, and the moment that it tells."""
        shown = moment + timedelta(hours=self.ahead) if self.ahead else moment
        truth = moment.replace(hour=0, minute=0, second=0) if self.day_only else moment
        return shown.strftime(self.pattern), truth


ISO_DAY = DateSpelling("%Y-%m-%d", day_only=True)
ISO = DateSpelling("%Y-%m-%d %H:%M:%S")
ISO_T = DateSpelling("%Y-%m-%dT%H:%M:%S")
ZULU = DateSpelling("%Y-%m-%dT%H:%M:%SZ")
EAST_OF_UTC = DateSpelling("%Y-%m-%dT%H:%M:%S+02:00", ahead=2)
WEST_OF_UTC = DateSpelling("%Y-%m-%d %H:%M:%S-05:00", ahead=-5)
MONTH_FIRST = DateSpelling("%m/%d/%Y", day_only=True)
DAY_FIRST = DateSpelling("%d/%m/%Y", day_only=True)
DAY_MONTH_NAME = DateSpelling("%d %b %Y", day_only=True)
MONTH_NAME_DAY = DateSpelling("%b %d, %Y", day_only=True)
LONG_MONTH = DateSpelling("%B %d, %Y", day_only=True)
COMPACT = DateSpelling("%Y%m%d", day_only=True)

ODD_DATES = ("31/02/2020", "02/31/2020", "yesterday", "0001-01-01", "2999-01-01", "2020-13-45", "last week")


def visits(rng: random.Random, count: int) -> list[datetime]:
    """Moments within opening hours."""
    days = rng.choices(range(_DAYS), k=count)
    seconds = rng.choices(range(_OPENS, _CLOSES), k=count)
    return [_FIRST_DAY + timedelta(day, second) for day, second in zip(days, seconds, strict=True)]


@dataclass(frozen=True)
class RatingSpelling:
    """Spellings of some values of one scale, each with the weight of its opinion."""

    pattern: str
    values: Sequence[str]
    scale: int
    decimal: str = "."

    def cells(self, weight: float) -> dict[tuple[str, float], float]:
        """Weights of (delivered, true) ratings, `weight` in all."""
        truths = {value: max(1.0, float(value) / self.scale * 5) for value in self.values}
        total = sum(_FONDNESS[round(truth)] for truth in truths.values())
        return {
            (self.pattern.format(value.replace(".", self.decimal)), truth): weight
            * _FONDNESS[round(truth)]
            / total
            for value, truth in truths.items()
        }


_FONDNESS = {1: 8, 2: 9, 3: 15, 4: 33, 5: 35}
_DRAWN = {
    **{("★" * n + "☆" * (5 - n), float(n)): _FONDNESS[n] / 100 for n in range(1, 6)},
    **{("⭐" * n, float(n)): _FONDNESS[n] / 400 for n in range(1, 6)},
}
_NUMERALS = ("one", "two", "three", "four", "five")
_SPELT = {(word, float(n)): _FONDNESS[n] / 200 for n, word in enumerate(_NUMERALS, 1)} | {
    (f"{word.title()} star{'s' * (n > 1)}", float(n)): _FONDNESS[n] / 200
    for n, word in enumerate(_NUMERALS, 1)
}


def rating_cells(
    mix: Mapping[RatingSpelling, float], *, drawn: float = 0, spelt: float = 0
) -> Weighted[tuple[str, float]]:
    """All (delivered, true) ratings of a source, weighted by spelling and by how fond guests are."""
    weights: dict[tuple[str, float], float] = {}
    for spelling, weight in mix.items():
        weights |= spelling.cells(weight)
    weights |= {cell: weight * drawn for cell, weight in _DRAWN.items()}
    weights |= {cell: weight * spelt for cell, weight in _SPELT.items()}
    return Weighted({cell: weight for cell, weight in weights.items() if weight > 0})


_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class MoneySpelling:
    """A pattern for an amount; `comma` swaps the marks of thousands and decimals."""

    pattern: str
    digits: int = 2
    comma: bool = False

    def spell(self, amount: float) -> tuple[str, float]:
        """What is delivered for an amount, and the amount that it tells."""
        shown = self.pattern.format(amount)
        return shown.translate(_SWAPPED) if self.comma else shown, round(amount, self.digits)

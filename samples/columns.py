"""Draws the cells of many rows at once, column by column, with holes and oddities at known places."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from samples import vocabulary
from samples.cells import ODD_DATES, MoneySpelling, Weighted, visits
from samples.prose import review
from samples.sources import Source

Truth = datetime | float | None

# Shares of all rows, where a source does not say otherwise.
MISSING_EVERYWHERE: Mapping[str, float] = {
    "text": 0.31,
    "gender": 0.20,
    "ethnicity": 0.13,
    "tip_amount": 0.05,
    "tip_percentage": 0.05,
}
ODD: Mapping[str, tuple[float, Sequence[str]]] = {
    "date": (0.01, ODD_DATES),
    "total_spent": (0.003, ("-5", "-12.50")),
    "party_size": (0.005, ("two", "0", "2.5", "-2", "1000000000")),
}
ODD_RATINGS = 0.005  # at most: 1 % of a file's numbers would change its scale

LEAST_SPENT, MEDIAN_SPENT, SPENT_SPREAD = 5.0, 42.0, 0.68  # of a log-normal
BANQUETS, BANQUET_GUESTS = 0.004, 15

_AGES = Weighted(vocabulary.AGE_RANGES)
_GENDERS = Weighted(vocabulary.GENDERS)
_ETHNICITIES = Weighted(vocabulary.ETHNICITIES)
_PARTIES = Weighted(vocabulary.PARTY_SIZES)
_TIPS = Weighted(vocabulary.TIP_PERCENTAGES)
_TIP_PATTERNS = ("{}", "{}", "{}.0", "{}%")
_NAME_PATTERNS = ("{} {}",) * 12 + ("{} {} ", "  {} {}", "{1}, {0}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Places in the columns whose rows ask something of them."""

    empty: frozenset[int]  # neither rating nor text
    wordy: frozenset[int]  # a text
    longest: int  # the longest text


@dataclass(slots=True)
class Columns:
    """Delivered cells by column, and the truth of those columns that are judged by it."""

    cells: dict[str, list[str]]
    truths: dict[str, list[Truth]]

    def put(self, column: str, places: Iterable[int], words: Sequence[str], rng: random.Random) -> None:
        """Writes words that say nothing true: null words, or what nobody can understand."""
        cells, truths = self.cells[column], self.truths.get(column)
        for place in places:
            cells[place] = rng.choice(words)
            if truths:
                truths[place] = None


def bill(source: Source, number: int) -> str:
    """The unique mark of a row, as the last words of its text."""
    return f"Bill {source.mark}-{number:07d}."


def draw_columns(
    rng: random.Random, source: Source, numbers: Sequence[int], wishes: Wishes
) -> tuple[Columns, Collection[int]]:
    """Columns for `numbers`, and the places without a text."""
    columns = _whole_columns(rng, source, numbers, wishes.longest)
    untold = _leave_holes(rng, source, columns, wishes)
    everywhere = range(len(numbers))
    for column, (share, words) in ODD.items():
        columns.put(column, _some(rng, everywhere, share * len(numbers)), words, rng)
    return columns, untold


def _leave_holes(rng: random.Random, source: Source, columns: Columns, wishes: Wishes) -> Collection[int]:
    count = len(columns.cells["text"])
    missing = {**MISSING_EVERYWHERE, **source.missing}
    empty = wishes.empty
    may_be_silent = [place for place in range(count) if place not in wishes.wordy and place not in empty]
    untold = {*empty, *_some(rng, may_be_silent, missing.pop("text") * count - len(empty))}
    told = [place for place in range(count) if place not in untold]
    unrated = {*empty, *_some(rng, told, missing.pop("rating", 0) * count - len(empty))}
    columns.put("text", sorted(untold), vocabulary.NULL_VALUES, rng)
    columns.put("rating", sorted(unrated), vocabulary.NULL_RATINGS, rng)
    for column, share in missing.items():
        columns.put(column, _some(rng, range(count), share * count), vocabulary.NULL_VALUES, rng)
    rated = [place for place in told if place not in unrated]
    columns.put("rating", _some(rng, rated, int(ODD_RATINGS * count)), source.odd_ratings, rng)
    return untold


def _some(rng: random.Random, places: Sequence[int], count: float) -> list[int]:
    return rng.sample(places, min(max(round(count), 0), len(places)))


def _whole_columns(rng: random.Random, source: Source, numbers: Sequence[int], longest: int) -> Columns:
    count = len(numbers)
    spellings = source.dates.draw(rng, count)
    dates = [spelling.spell(visit) for spelling, visit in zip(spellings, visits(rng, count), strict=True)]
    ratings = source.ratings.draw(rng, count)
    money = source.money.draw(rng, count)
    amounts = _amounts(rng, count)
    spent = [spelling.spell(amount) for spelling, amount in zip(money, amounts, strict=True)]
    cells = {
        "id": [str(number) for number in numbers],
        "customer": _names(rng, count),
        "date": [delivered for delivered, _ in dates],
        "rating": [delivered for delivered, _ in ratings],
        "text": _texts(rng, source, numbers, [truth for _, truth in ratings], longest),
        "place": rng.choices(source.places, k=count),
        "restaurant": rng.choices(source.restaurants, k=count),
        "total_spent": [delivered for delivered, _ in spent],
    }
    shares, percentages, tips = _tips(rng, money, amounts)
    parties = _PARTIES.draw(rng, count)
    cells |= {
        "tip_amount": [delivered for delivered, _ in tips],
        "tip_percentage": percentages,
        "party_size": parties,
        "age_range": _AGES.draw(rng, count),
        "gender": _GENDERS.draw(rng, count),
        "ethnicity": _ETHNICITIES.draw(rng, count),
    }
    truths: dict[str, list[Truth]] = {
        "date": [truth for _, truth in dates],
        "rating": [truth for _, truth in ratings],
        "total_spent": [truth for _, truth in spent],
        "tip_amount": [truth for _, truth in tips],
        "tip_percentage": [float(share) for share in shares],
        "party_size": [float(size) for size in parties],
    }
    return Columns(cells, truths)


def _names(rng: random.Random, count: int) -> list[str]:
    first = rng.choices(vocabulary.FIRST_NAMES, k=count)
    last = rng.choices(vocabulary.LAST_NAMES, k=count)
    patterns = rng.choices(_NAME_PATTERNS, k=count)
    return [pattern.format(*name) for pattern, *name in zip(patterns, first, last, strict=True)]


def _texts(
    rng: random.Random, source: Source, numbers: Sequence[int], ratings: Sequence[float], longest: int
) -> list[str]:
    texts = [
        review(rng, rating, bill(source, number)) for rating, number in zip(ratings, numbers, strict=True)
    ]
    texts[longest] = review(rng, ratings[longest], bill(source, numbers[longest]), longest=True)
    return texts


def _amounts(rng: random.Random, count: int) -> list[float]:
    usual = [max(LEAST_SPENT, MEDIAN_SPENT * rng.lognormvariate(0, SPENT_SPREAD)) for _ in range(count)]
    guests = [BANQUET_GUESTS if rng.random() < BANQUETS else 1 for _ in range(count)]
    return [round(amount * many, 2) for amount, many in zip(usual, guests, strict=True)]


def _tips(
    rng: random.Random, money: Sequence[MoneySpelling], amounts: Sequence[float]
) -> tuple[list[int], list[str], list[tuple[str, float]]]:
    shares = _TIPS.draw(rng, len(amounts))
    patterns = rng.choices(_TIP_PATTERNS, k=len(amounts))
    percentages = [pattern.format(share) for pattern, share in zip(patterns, shares, strict=True)]
    tips = zip(money, amounts, shares, strict=True)
    return (
        shares,
        percentages,
        [spelling.spell(round(amount * share / 100, 2)) for spelling, amount, share in tips],
    )

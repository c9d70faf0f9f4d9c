"""Draws rows of one source, each with its fate and its truth known from the start."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from samples import vocabulary
from samples.columns import Truth, Wishes, draw_columns
from samples.prose import mood_of
from samples.sources import Source

ID, CUSTOMER, DATE, RATING, TEXT, RESTAURANT, SPENT = 0, 1, 2, 3, 4, 6, 7  # places of cells in a row
SAME_REVIEW: Final = (CUSTOMER, DATE, TEXT, RESTAURANT)
LEAST_FIELDS: Final = 3


class Kind(StrEnum):
    """What a row is meant to be; one that should repeat, where nothing is to be repeated yet, stays plain."""

    PLAIN = "plain"
    CLONE = "clone"  # an earlier row again, `_dup` behind its id
    EXACT = "exact"  # an earlier row again, to the byte
    RETOLD = "retold"  # text, customer, date and restaurant of an earlier row; other cells differ
    BORROWED = "borrowed"  # another review under an earlier row's id
    ECHO = "echo"  # a few words that others say as well, by another guest
    EMPTY = "empty"  # neither rating nor text
    RAGGED = "ragged"  # too few fields, or too many


SHARES: Final[Mapping[Kind, float]] = {
    Kind.CLONE: 0.02,
    Kind.EXACT: 0.006,
    Kind.RETOLD: 0.006,
    Kind.BORROWED: 0.006,
    Kind.ECHO: 0.015,
    Kind.EMPTY: 0.01,
    Kind.RAGGED: 0.006,
}

WRITTEN, DUPLICATE, EMPTY_ROW, RAGGED_ROW = "written", "duplicate", "empty_row", "ragged"


@dataclass(slots=True)
class Row:
    """A data row: what is delivered, what becomes of it, and what its cells truly say."""

    number: int
    cells: list[str]
    truth: dict[str, Truth]
    has_text: bool
    billed: bool  # its text ends with the bill number that is its mark
    fate: str = WRITTEN
    repeats: int = 0


@dataclass(slots=True)
class Earlier:
    """Written rows that later ones may repeat."""

    rows: list[Row] = field(default_factory=list)
    told: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Lets later rows repeat this one."""
        self.rows.append(row)
        if row.has_text:
            self.told.append(row)

    def forget(self, rng: random.Random, keep: int) -> None:
        """Keeps a few, so that memory stays bounded and repeats still reach far back."""
        self.rows = rng.sample(self.rows, min(keep, len(self.rows)))
        self.told = [row for row in self.rows if row.has_text]


def draw_rows(rng: random.Random, source: Source, numbers: Sequence[int], earlier: Earlier) -> list[Row]:
    """Rows with these source row numbers, in order; `earlier` learns those that are written."""
    kinds = _kinds(rng, len(numbers))
    columns, untold = draw_columns(rng, source, numbers, _wishes(rng, kinds))
    rows: list[Row] = []
    for place, cells in enumerate(zip(*columns.cells.values(), strict=True)):
        truth = {column: truths[place] for column, truths in columns.truths.items()}
        told = place not in untold
        row = Row(numbers[place], list(cells), truth, has_text=told, billed=told)
        _SHAPERS[kinds[place]](rng, row, earlier)
        if row.fate == WRITTEN:
            earlier.add(row)
        rows.append(row)
    return rows


def _kinds(rng: random.Random, count: int) -> list[Kind]:
    special = [kind for kind, share in SHARES.items() for _ in range(round(share * count))]
    kinds = [*special, *[Kind.PLAIN] * (count - len(special))]
    rng.shuffle(kinds)
    return kinds


def _wishes(rng: random.Random, kinds: Sequence[Kind]) -> Wishes:
    empty = frozenset(place for place, kind in enumerate(kinds) if kind is Kind.EMPTY)
    wordy = frozenset(place for place, kind in enumerate(kinds) if kind in (Kind.BORROWED, Kind.ECHO))
    longest = rng.choice([place for place, kind in enumerate(kinds) if kind is Kind.PLAIN])
    return Wishes(empty, wordy | {longest}, longest)


def _leave(_rng: random.Random, _row: Row, _earlier: Earlier) -> None:
    """A plain row is what it is."""


def _clone(rng: random.Random, row: Row, earlier: Earlier) -> None:
    _repeat(rng, row, earlier.rows)
    if row.repeats:
        row.cells[ID] += "_dup"


def _exact(rng: random.Random, row: Row, earlier: Earlier) -> None:
    _repeat(rng, row, earlier.rows)


def _retold(rng: random.Random, row: Row, earlier: Earlier) -> None:
    own = row.cells
    _repeat(rng, row, earlier.told)
    if row.repeats:
        first = row.cells
        row.cells = [first[place] if place in SAME_REVIEW else cell for place, cell in enumerate(own)]


def _repeat(rng: random.Random, row: Row, candidates: Sequence[Row]) -> None:
    if candidates:
        first = rng.choice(candidates)
        row.cells, row.fate, row.repeats = list(first.cells), DUPLICATE, first.number


def _borrowed(rng: random.Random, row: Row, earlier: Earlier) -> None:
    if earlier.rows:
        row.cells[ID] = rng.choice(earlier.rows).cells[ID]


def _echo(rng: random.Random, row: Row, _earlier: Earlier) -> None:
    rating = row.truth["rating"]
    row.cells[TEXT] = rng.choice(
        vocabulary.SHORT_WORDS[mood_of(rating if isinstance(rating, float) else 3.0)]
    )
    row.cells[CUSTOMER] = f"Guest {row.number}"
    row.billed = False


def _empty(_rng: random.Random, row: Row, _earlier: Earlier) -> None:
    row.fate = EMPTY_ROW


def _ragged(rng: random.Random, row: Row, _earlier: Earlier) -> None:
    row.fate = RAGGED_ROW
    if rng.choice((True, False)):
        del row.cells[rng.randrange(LEAST_FIELDS, len(row.cells)) :]
    else:
        row.cells += rng.sample(vocabulary.EXTRA_FIELDS, rng.choice((1, 2)))


_SHAPERS: Final[Mapping[Kind, Callable[[random.Random, Row, Earlier], None]]] = {
    Kind.PLAIN: _leave,
    Kind.CLONE: _clone,
    Kind.EXACT: _exact,
    Kind.RETOLD: _retold,
    Kind.BORROWED: _borrowed,
    Kind.ECHO: _echo,
    Kind.EMPTY: _empty,
    Kind.RAGGED: _ragged,
}

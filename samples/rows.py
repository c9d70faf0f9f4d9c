"""Draws rows of one source, each with its outcome and its expected values."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from samples import vocabulary
from samples.columns import RowRequirements, Value, draw_columns
from samples.review_text import sentiment_of
from samples.sources import Source

ID, CUSTOMER, DATE, RATING, TEXT, RESTAURANT, SPENT = 0, 1, 2, 3, 4, 6, 7  # indices of cells in a row
SAME_REVIEW: Final = (CUSTOMER, DATE, TEXT, RESTAURANT)
MIN_FIELDS: Final = 3


class Kind(StrEnum):
    """What a row tests; a duplicate with no earlier row to copy stays plain."""

    PLAIN = "plain"
    DUPLICATE_ID_SUFFIX = "duplicate_id_suffix"  # a copy of an earlier row, `_dup` appended to its id
    EXACT_DUPLICATE = "exact_duplicate"  # a byte-equal copy of an earlier row
    SAME_REVIEW = (
        "same_review"  # text, customer, date and restaurant of an earlier row; kept, other cells differ
    )
    REUSED_ID = "reused_id"  # another review with the id of an earlier row
    COMMON_TEXT = "common_text"  # a short text that several reviews have, by another guest
    EMPTY = "empty"  # no rating and no text
    RAGGED = "ragged"  # too few fields, or too many


SHARES: Final[Mapping[Kind, float]] = {
    Kind.DUPLICATE_ID_SUFFIX: 0.02,
    Kind.EXACT_DUPLICATE: 0.006,
    Kind.SAME_REVIEW: 0.006,
    Kind.REUSED_ID: 0.006,
    Kind.COMMON_TEXT: 0.015,
    Kind.EMPTY: 0.01,
    Kind.RAGGED: 0.006,
}

WRITTEN, DUPLICATE, EMPTY_ROW, RAGGED_ROW = "written", "duplicate", "empty_row", "ragged"


@dataclass(slots=True)
class Row:
    """A data row: its raw cells, its outcome, and the expected values of its parsed columns."""

    number: int
    cells: list[str]
    expected: dict[str, Value]
    has_text: bool
    has_mark: bool  # its text ends with its bill number
    outcome: str = WRITTEN
    duplicate_of: int = 0  # if written: the row that it may duplicate


@dataclass(slots=True)
class EarlierRows:
    """Written rows that later rows may duplicate."""

    rows: list[Row] = field(default_factory=list)
    with_text: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Make this row available for duplicates."""
        self.rows.append(row)
        if row.has_text:
            self.with_text.append(row)

    def shrink(self, rng: random.Random, keep: int) -> None:
        """Keep a random few, so that memory stays bounded and duplicates can be far from the first row."""
        self.rows = rng.sample(self.rows, min(keep, len(self.rows)))
        self.with_text = [row for row in self.rows if row.has_text]


def draw_rows(rng: random.Random, source: Source, numbers: Sequence[int], earlier: EarlierRows) -> list[Row]:
    """Return rows with these source row numbers, in order; add the written ones to `earlier`."""
    kinds = _kinds(rng, len(numbers))
    columns, without_text = draw_columns(rng, source, numbers, _requirements(rng, kinds))
    rows: list[Row] = []
    for index, cells in enumerate(zip(*columns.cells.values(), strict=True)):
        expected = {column: values[index] for column, values in columns.expected.items()}
        has_text = index not in without_text
        row = Row(numbers[index], list(cells), expected, has_text=has_text, has_mark=has_text)
        _APPLY[kinds[index]](rng, row, earlier)
        if row.outcome == WRITTEN and not row.duplicate_of:
            earlier.add(row)
        rows.append(row)
    return rows


def _kinds(rng: random.Random, count: int) -> list[Kind]:
    special = [kind for kind, share in SHARES.items() for _ in range(round(share * count))]
    kinds = [*special, *[Kind.PLAIN] * (count - len(special))]
    rng.shuffle(kinds)
    return kinds


def _requirements(rng: random.Random, kinds: Sequence[Kind]) -> RowRequirements:
    empty = frozenset(index for index, kind in enumerate(kinds) if kind is Kind.EMPTY)
    with_text = frozenset(
        index for index, kind in enumerate(kinds) if kind in (Kind.REUSED_ID, Kind.COMMON_TEXT)
    )
    longest = rng.choice([index for index, kind in enumerate(kinds) if kind is Kind.PLAIN])
    return RowRequirements(empty, with_text | {longest}, longest)


def _leave_plain(_rng: random.Random, _row: Row, _earlier: EarlierRows) -> None:
    """Change nothing."""


def _duplicate_with_id_suffix(rng: random.Random, row: Row, earlier: EarlierRows) -> None:
    _copy_earlier(rng, row, earlier.rows)
    if row.duplicate_of:
        row.cells[ID] += "_dup"


def _duplicate_exactly(rng: random.Random, row: Row, earlier: EarlierRows) -> None:
    _copy_earlier(rng, row, earlier.rows)


def _duplicate_review(rng: random.Random, row: Row, earlier: EarlierRows) -> None:
    if earlier.with_text:
        first = rng.choice(earlier.with_text)
        row.cells = [
            first.cells[index] if index in SAME_REVIEW else cell for index, cell in enumerate(row.cells)
        ]
        row.expected["date"] = first.expected["date"]
        row.has_text, row.has_mark, row.duplicate_of = True, False, first.number


def _copy_earlier(rng: random.Random, row: Row, candidates: Sequence[Row]) -> None:
    if candidates:
        first = rng.choice(candidates)
        row.cells, row.outcome, row.duplicate_of = list(first.cells), DUPLICATE, first.number


def _reuse_id(rng: random.Random, row: Row, earlier: EarlierRows) -> None:
    if earlier.rows:
        row.cells[ID] = rng.choice(earlier.rows).cells[ID]


def _use_common_text(rng: random.Random, row: Row, _earlier: EarlierRows) -> None:
    rating = row.expected["rating"]
    row.cells[TEXT] = rng.choice(
        vocabulary.COMMON_TEXTS[sentiment_of(rating if isinstance(rating, float) else 3.0)]
    )
    row.cells[CUSTOMER] = f"Guest {row.number}"
    row.has_mark = False


def _mark_empty(_rng: random.Random, row: Row, _earlier: EarlierRows) -> None:
    row.outcome = EMPTY_ROW


def _make_ragged(rng: random.Random, row: Row, _earlier: EarlierRows) -> None:
    row.outcome = RAGGED_ROW
    if rng.choice((True, False)):
        del row.cells[rng.randrange(MIN_FIELDS, len(row.cells)) :]
    else:
        row.cells += rng.sample(vocabulary.EXTRA_FIELDS, rng.choice((1, 2)))


_APPLY: Final[Mapping[Kind, Callable[[random.Random, Row, EarlierRows], None]]] = {
    Kind.PLAIN: _leave_plain,
    Kind.DUPLICATE_ID_SUFFIX: _duplicate_with_id_suffix,
    Kind.EXACT_DUPLICATE: _duplicate_exactly,
    Kind.SAME_REVIEW: _duplicate_review,
    Kind.REUSED_ID: _reuse_id,
    Kind.COMMON_TEXT: _use_common_text,
    Kind.EMPTY: _mark_empty,
    Kind.RAGGED: _make_ragged,
}

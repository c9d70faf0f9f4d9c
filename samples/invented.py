"""Writes a golden file in the shape of a source's files, with invented cells, and knows its expected rows."""

import csv
import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from samples.expected_rows import MAX_TIP_PERCENTAGE, ExpectedRow, log_total_spent
from samples.formats import MoneyFormat, RatingFormat, draw_visits
from samples.invented_texts import texts_for
from samples.rows import DUPLICATE, EMPTY_ROW, RAGGED_ROW, WRITTEN
from samples.vocabulary import FIRST_NAMES, LAST_NAMES

ROWS = 40
_NULL_EVERY = 9  # cells
_PLACES, _RESTAURANTS = ("Harbour", "Old Town", "Market Hall"), ("The Tin Kettle", "Nine Lanterns")
_SPENT, _TIP, _SHARE = "total_spent", "tip_amount", "tip_percentage"
_MISSING_REVIEW = {"rating": None, "review_text": None}
_ISSUE = "unmapped_category"


@dataclass(frozen=True)
class FileShape:
    """How the files of a source look, without a cell of them.

    Attributes:
        name: of the source; seeds the random cells.
        header: all raw column names.
        columns: field → raw column name.
        delimiter: one or more characters; empty for JSON Lines.
        encoding: Python's name.
        dates: patterns of `strftime`.
        ratings: formats of ratings.
        amounts: formats of amounts of money.
        null_words: beside the empty cell.
        categories: category field → word → category; None for a word in no category.
    """

    name: str
    header: tuple[str, ...]
    columns: Mapping[str, str]
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    ratings: tuple[RatingFormat, ...] = (RatingFormat("{}", ("1", "2", "3", "4", "5"), 5),)
    amounts: tuple[MoneyFormat, ...] = (MoneyFormat("{:.2f}"),)
    null_words: tuple[str, ...] = ()
    categories: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass
class _Row:
    cells: dict[str, str] = field(default_factory=dict)  # by field
    values: dict[str, object] = field(default_factory=dict)  # by column of the dataset


_Cells = list[tuple[str, Mapping[str, object]]]
"""Cell, and the values that it has in the columns of the dataset."""


def write_golden_file(path: Path, shape: FileShape) -> list[ExpectedRow]:
    """Write the file and return its expected rows."""
    rng = random.Random(shape.name)  # noqa: S311 # nosec B311 # synthetic data, no secret
    rows = [_row(rng, shape, number) for number in range(1, ROWS + 1)]
    records = [[row.cells.get(name, "") for name in _fields(shape)] for row in rows]
    expected = [_expected(number, row, shape) for number, row in enumerate(rows, 1)]
    for cells, outcome in _odd_records(records[0], shape):
        expected.append(ExpectedRow(len(expected) + 1, outcome))
        records.append(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_content(records, shape).encode(shape.encoding))
    return expected


def _row(rng: random.Random, shape: FileShape, number: int) -> _Row:
    row = _Row()
    choices = {name: cells for name, cells in _choices(rng, shape, number).items() if name in shape.columns}
    for place, (name, cells) in enumerate(choices.items()):
        is_null = (number + place) % _NULL_EVERY == 0 and name not in _never_null(shape)
        nulls: _Cells = [(word, dict.fromkeys(cells[0][1])) for word in ("", *shape.null_words)]
        row.cells[name], values = rng.choice(nulls if is_null else cells)
        row.values |= values
    return row


def _never_null(shape: FileShape) -> set[str]:
    """Return the fields that every row has: a row without a rating is a review only if it has a text."""
    return {"source_review_id", "review_text"} | (set() if "review_text" in shape.columns else {"rating"})


def _choices(rng: random.Random, shape: FileShape, number: int) -> dict[str, _Cells]:
    """Return field → the cells that it may have in a row."""
    names = [f"{first} {last}" for first, last in zip(FIRST_NAMES, LAST_NAMES, strict=False)]
    guests = [name for name in names if name.isascii()]
    (visit,), amount = draw_visits(rng, 1), rng.randrange(1_500, 250_000) / 100
    patterns = [visit.strftime(pattern) for pattern in shape.dates]
    dates = [(cell, datetime.strptime(cell, shape.dates[i])) for i, cell in enumerate(patterns)]  # noqa: DTZ007 # naive UTC
    guest = guests[number % len(guests)]
    texts = texts_for(shape.encoding)
    text = f"{texts[number % len(texts)]} Bill {shape.name}-{number:04d}."
    return {
        "source_review_id": _plain("source_review_id", [str(number)]),
        "customer_name": _plain("customer_name", [guest]),
        "review_date": [(cell, {"review_date": moment}) for cell, moment in dates],
        "rating": _ratings(shape.ratings),
        "review_text": _plain("review_text", [text]),
        "location": _plain("location", _PLACES),
        "restaurant_name": _plain("restaurant_name", _RESTAURANTS),
        _SPENT: [(cell, {_SPENT: value}) for cell, value in (each.format(amount) for each in shape.amounts)],
        _TIP: [(cell, {_TIP: value}) for cell, value in (each.format(amount / 10) for each in shape.amounts)],
        _SHARE: [(str(share), {_SHARE: float(share)}) for share in (5, 10, 15)],
        "party_size": [(str(size), {"party_size": float(size)}) for size in range(1, 7)],
        "age_range": _categories(shape, "age_range", "age_group", {"18-25": "young_adult"}),
        "gender": _categories(shape, "gender", "gender_norm", {"female": "female", "male": "male"}),
        "ethnicity": _categories(shape, "ethnicity", "ethnicity_norm", {"asian": "asian", "mixed": "mixed"}),
    }


def _plain(column: str, cells: Sequence[str]) -> _Cells:
    return [(cell, {column: cell}) for cell in cells]


def _ratings(formats: Sequence[RatingFormat]) -> _Cells:
    return [
        (cell, {"rating_1_5": value, "rating_scale": float(each.scale)})
        for each in formats
        for cell, value in each.cells(1)
    ]


def _categories(shape: FileShape, name: str, column: str, default: Mapping[str, str | None]) -> _Cells:
    return [(word, {column: category}) for word, category in (shape.categories.get(name) or default).items()]


def _expected(number: int, row: _Row, shape: FileShape) -> ExpectedRow:
    values, issues = dict(row.values), []
    spent, tip, share = (values.get(name) for name in (_SPENT, _TIP, _SHARE))
    if _SPENT in values:
        values["log_total_spent"] = log_total_spent(spent)
    if not share and isinstance(spent, float) and isinstance(tip, float):
        share = round(tip / spent * 100, 6)
    if {_SHARE, _TIP} & values.keys():
        values[_SHARE] = min(share, MAX_TIP_PERCENTAGE) if isinstance(share, float) else None
    for name, words in shape.categories.items():
        if row.cells.get(name) in [word for word, category in words.items() if category is None]:
            issues = [_ISSUE]
    return ExpectedRow(number, WRITTEN, values, tuple(issues))


def _odd_records(first: list[str], shape: FileShape) -> list[tuple[list[str], str]]:
    """Return a copy of the first record, one without a review, and one with too few fields."""
    names = _fields(shape)
    empty = ["" if name in _MISSING_REVIEW else cell for name, cell in zip(names, first, strict=True)]
    odd = [(empty, EMPTY_ROW)]
    identified = {"source_review_id", "customer_name"} & {*names} or {"review_date", "review_text"} <= {
        *names
    }
    odd += [(first, DUPLICATE)] if identified else []
    if shape.delimiter and len(first) > 2:  # noqa: PLR2004 # two are left
        odd.append((first[:2], RAGGED_ROW))
    return odd


def _fields(shape: FileShape) -> list[str]:
    """Return for each raw column its field, else its position as a text."""
    fields = {raw: name for name, raw in shape.columns.items()}
    return [fields.pop(raw, str(place)) for place, raw in enumerate(shape.header)]


def _content(records: list[list[str]], shape: FileShape) -> str:
    if not shape.delimiter:
        rows = (dict(zip(shape.header, cells, strict=True)) for cells in records)
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    lines = [shape.header, *records]
    if len(shape.delimiter) > 1:
        return "".join(shape.delimiter.join(cells) + "\n" for cells in lines)
    text = io.StringIO()
    csv.writer(text, delimiter=shape.delimiter, lineterminator="\n").writerows(lines)
    return text.getvalue()

"""Decides by a sample of its cells what a raw column can hold."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import StringIO
from itertools import islice
from pathlib import Path

from tastetrend_etl.limits import MAX_PARSED_LENGTH, MIN_SAMPLED_CELLS, SAMPLED_CHARACTERS, SAMPLED_ROWS
from tastetrend_etl.models import Dialect
from tastetrend_etl.parse.csv_tolerant import delimited_records, open_text
from tastetrend_etl.parse.row_shape import KINDS, row_shape
from tastetrend_etl.schema import FLAGS, NULL_VALUES

Cells = tuple[str, ...]
"""The trimmed cells of one column, one a sampled row, empty where the value is missing."""

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?", re.IGNORECASE)


def read_sample(path: Path, dialect: Dialect) -> tuple[Cells, ...]:
    """Return the cells of the first rows, column by column; rows that are broken are left out."""
    with open_text(path, dialect.data_offset) as file:
        start = file.read(SAMPLED_CHARACTERS)
    if len(start) == SAMPLED_CHARACTERS:
        start = start[: start.rfind("\n") + 1]  # the last line may be cut
    width = len(dialect.header)
    rows = [fields for fields in _first_rows(start, dialect) if len(fields) == width]
    return tuple(tuple(map(_value, column)) for column in zip(*rows, strict=True)) or ((),) * width


def why_not(field: str, cells: Cells, *, is_doubtful: bool = True) -> str:
    """Return what a column holds that no column of the field does; nothing if it may be of the field.

    Args:
        field: of the contract.
        cells: the column's sample.
        is_doubtful: the name of the column is vague, or the file has another column for the field.
    """
    values = known_values(cells)
    if len(values) < MIN_SAMPLED_CELLS:
        return ""
    kinds = (*_IMPOSSIBLE.get(field, ()), *(_IMPROBABLE.get(field, ()) if is_doubtful else ()))
    return next((kind for kind in kinds if _KINDS[kind](values)), "")


def known_values(cells: Cells) -> list[str]:
    """Return the cells that have a value."""
    return [cell for cell in cells if cell]


def is_number(value: str) -> bool:
    """Return whether a value is a number without a unit."""
    return _NUMBER.fullmatch(value) is not None


def numbers_of(cells: Cells) -> list[float]:
    """Return the values of a column that are numbers."""
    return [float(cell.replace(",", ".")) for cell in cells if is_number(cell)]


def are_equal(first: Cells, second: Cells) -> bool:
    """Return whether two columns have the same values in the rows in which both have one."""
    pairs = [(one.casefold(), other.casefold()) for one, other in zip(first, second, strict=True)]
    both = [one == other for one, other in pairs if one and other]
    return len(both) >= MIN_SAMPLED_CELLS and all(both)


def exclude_each_other(first: Cells, second: Cells) -> bool:
    """Return whether no row has a value in one column and a different one in the other."""
    return all(one == other for one, other in zip(first, second, strict=True) if one and other)


def is_above_values(name: str, cells: Cells) -> bool:
    """Return whether a name is above numbers or dates and is none itself, so that it is certainly a name."""
    return any(
        cells and all(map(kind.fullmatch, known_values(cells))) and not kind.fullmatch(name.strip())
        for kind in KINDS.values()
    )


def is_fraction(cells: Cells) -> bool:
    """Return whether a column has only numbers from -1 to 1, not all of them whole."""
    numbers = numbers_of(cells)
    return (
        len(numbers) == len(known_values(cells)) > 0
        and all(abs(number) <= 1 for number in numbers)
        and not all(number.is_integer() for number in numbers)
    )


def _first_rows(text: str, dialect: Dialect) -> list[list[str]]:
    """Return the fields of the first records; a regular file takes a tenth of the time of a broken one."""
    if dialect.text_column is None:
        with suppress(csv.Error):
            regular = csv.reader(StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True)
            return list(islice(regular, SAMPLED_ROWS))
    records = delimited_records(StringIO(text, newline=""), row_shape(dialect))
    return [record.fields for record in islice(records, SAMPLED_ROWS)]


def _value(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in NULL_VALUES else text


def _are_flags(values: Sequence[str]) -> bool:
    return all(value.lower() in FLAGS for value in values)


def _are_times_of_day(values: Sequence[str]) -> bool:
    return all(_TIME_OF_DAY.fullmatch(value) for value in values)


def _are_long(values: Sequence[str]) -> bool:
    return 2 * sum(len(value) > MAX_PARSED_LENGTH for value in values) > len(values)


_KINDS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "only yes or no, or 0 and 1": _are_flags,
    "only numbers": lambda values: all(map(is_number, values)),
    "only times of day": _are_times_of_day,
    "long texts": _are_long,
}
_FLAGS, _NUMBERS, _TIMES, _LONG = _KINDS
_IMPOSSIBLE: Mapping[str, tuple[str, ...]] = {
    "customer_name": (_LONG,),
    "review_date": (_FLAGS, _TIMES, _LONG),
    "rating": (_LONG,),
    "review_text": (_FLAGS,),
    "location": (_NUMBERS, _LONG),
    "restaurant_name": (_LONG,),
}
_IMPROBABLE: Mapping[str, tuple[str, ...]] = {"review_text": (_NUMBERS,)}

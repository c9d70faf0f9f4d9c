"""Recognises raw columns by their names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tastetrend_etl.schema import (
    NAME_NOTES,
    RESTAURANT_INFO_COLUMNS,
    SCALE_BY_COLUMN,
    SYNONYMS,
    VAGUE_NAMES,
)

MAX_NAME_LENGTH = 64  # characters; no known name is longer
_RANGE = r"(?:[01]\s*(?:-|–|—|_|to|\.\.+)\s*|(?:out[\s_]*)?of[\s_]+|/\s*)"  # noqa: RUF001 # dashes that people type
_SCALE = re.compile(
    rf"(?:{_RANGE}(?P<last>5|10|100)(?:\s*(?:stars?|points?))?|[01]\s*=.*\b(?P<best>5|10|100)\s*=.*)"
)
_PERCENT = re.compile(r"%|(?:in\s+)?percent|in\s*%")
_BRACKET = re.compile(r"(.*?)[\s_]*[(\[]([^()\[\]]*)[)\]]")
_SUFFIX = re.compile(rf"(.*?)[\s_]*({_RANGE}(?:5|10|100)|%)")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class KnownName(NamedTuple):
    """What a column's name tells.

    Attributes:
        field: of the contract.
        rank: the position among the field's known names; the lowest is the best.
        is_vague: other kinds of columns have this name, too.
        scale: the maximum rating that the name gives.
    """

    field: str
    rank: int
    is_vague: bool
    scale: int | None = None


def known_name(name: str) -> KnownName | None:
    """Return the field of a raw column name, None if it is unknown.

    Case, spaces and punctuation do not count. A note behind it, as in `Rating (1-5)`, is no part of a name.
    """
    text = name.strip().lower()
    if len(text) > MAX_NAME_LENGTH:
        return None
    return _KNOWN.get(_letters(text)) or _without_note(text)


def fact_name(name: str) -> str | None:
    """Return the column of the restaurant facts that a raw column name is of, None if of none."""
    return _FACTS.get(_letters(name.lower()))


def count_known_names(cells: Iterable[str]) -> int:
    """Return how many of the cells are names of known columns."""
    short = (cell for cell in cells if 0 < len(cell.strip()) <= MAX_NAME_LENGTH)
    return sum(known_name(cell) is not None or fact_name(cell) is not None for cell in short)


def find_columns(header: Sequence[str], names: Iterable[str]) -> dict[str, int]:
    """Return raw name → position in the header, without those that it lacks."""
    places = {_comparable(raw): position for position, raw in reversed([*enumerate(header)])}
    return {name: places[_comparable(name)] for name in names if _comparable(name) in places}


def named_scales(header: Sequence[str]) -> dict[int, int]:
    """Return position → the maximum rating that a column's name gives."""
    names = {place: known_name(raw) for place, raw in enumerate(header)}
    return {place: known.scale for place, known in names.items() if known and known.scale}


def words_of(name: str) -> list[str]:
    """Return the lower-case words of a column name, which may be in camel case."""
    return re.findall(r"[^\W\d_]+", _WORD_STARTS.sub("_", name).lower())


def _comparable(name: str) -> str:
    """Return what two names have in common; a name without letters is itself."""
    text = name.strip().lower()
    return _letters(text) or text


def unique_keys(raw_names: Mapping[int, str]) -> dict[int, str]:
    """Return position → unique name, because the columns become keys of one JSON object."""
    keys: dict[str, int] = {}
    for position, raw in raw_names.items():
        key = raw.strip() or f"column_{position + 1}"
        while key in keys:
            key = f"{key}_{position + 1}"
        keys[key] = position
    return {position: key for key, position in keys.items()}


def _letters(name: str) -> str:
    """Return the letters and digits of a lower-case name; `%` is a word."""
    return re.sub(r"[\W_]+", "", name.replace("%", "percent"))


def _without_note(text: str) -> KnownName | None:
    """Return what a name tells that ends in a note such as `(1-5)`, `out of 10` or `(optional)`."""
    match = _BRACKET.fullmatch(text) or _SUFFIX.fullmatch(text)
    known = _KNOWN.get(_letters(match[1])) if match else None
    if match is None or known is None:
        return None
    note = match[2].strip()
    if note in NAME_NOTES:
        return known
    scale = _scale(note)
    return known._replace(scale=scale) if scale and known.field == "rating" else None


def _scale(note: str) -> int | None:
    if _PERCENT.fullmatch(note):
        return 100
    match = _SCALE.fullmatch(note)
    return int(match["last"] or match["best"]) if match else None


_KNOWN = {
    _letters(name): KnownName(field, rank, name in VAGUE_NAMES, SCALE_BY_COLUMN.get(name))
    for field, names in SYNONYMS.items()
    for rank, name in enumerate(names)
}
_FACTS = {_letters(name): name for name in RESTAURANT_INFO_COLUMNS}

"""Recognises the raw columns: which field each one is, and what kind of file they make."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tastetrend_etl.errors import RefusedError
from tastetrend_etl.schema import CANONICAL, RESTAURANT_INFO_COLUMNS, SCALE_BY_COLUMN, normalise_name

Kind = Literal["reviews", "restaurant_info"]
KNOWN_NAMES = frozenset(CANONICAL) | frozenset(RESTAURANT_INFO_COLUMNS)


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a raw record.

    Attributes:
        kind: what the file holds.
        header: the raw names, in order.
        fields: field → positions of its raw columns, in order; a field the file lacks is absent.
        extra: position → raw name of the columns nobody knows.
        rating_scale: the scale that the rating column's name tells, else None.
    """

    kind: Kind
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: Mapping[int, str]
    rating_scale: int | None = None

    def mapping(self) -> dict[str, list[str]]:
        """Return field → raw names, for the report."""
        return {field: [self.header[i] for i in places] for field, places in self.fields.items()}


def recognise(header: tuple[str, ...]) -> Columns:
    """Map the raw columns to fields.

    Raises:
        RefusedError: `not_reviews`, with the nearest known names.
    """
    names = [normalise_name(name) for name in header]
    if set(RESTAURANT_INFO_COLUMNS[2:]) & set(names) and "restaurant_name" in names:
        return _restaurant_info(header, names)
    fields: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        if name in CANONICAL:
            fields[CANONICAL[name]] = (*fields.get(CANONICAL[name], ()), place)
    if not {"rating", "review_text"} & fields.keys():
        raise RefusedError("not_reviews", _suggestion(header))
    extra = {place: raw for place, raw in enumerate(header) if names[place] not in CANONICAL and raw.strip()}
    scale = next((SCALE_BY_COLUMN[name] for name in names if name in SCALE_BY_COLUMN), None)
    return Columns("reviews", header, fields, extra, scale)


def _restaurant_info(header: tuple[str, ...], names: list[str]) -> Columns:
    fields = {name: (names.index(name),) for name in RESTAURANT_INFO_COLUMNS if name in names}
    return Columns("restaurant_info", header, fields, {})


def _suggestion(header: tuple[str, ...]) -> str:
    near = []
    for raw in header[:20]:
        if close := difflib.get_close_matches(normalise_name(raw), CANONICAL, n=1, cutoff=0.6):
            near.append(f"`{raw.strip()[:64]}` → `{CANONICAL[close[0]]}`?")
    hint = f" Nearest known names: {', '.join(near)}" if near else ""
    return (
        "no column is known as a rating or a review text; rename the columns, "
        f"or add their names to SYNONYMS in schema.py.{hint}"
    )

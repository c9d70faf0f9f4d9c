"""Recognises the raw columns: which field each one is, and what kind of file they make."""

import difflib

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import ColumnMapping
from tastetrend_etl.schema import CANONICAL, RESTAURANT_INFO_COLUMNS, SCALE_BY_COLUMN, normalise_name

KNOWN_NAMES = frozenset(CANONICAL) | frozenset(RESTAURANT_INFO_COLUMNS)


def map_columns(header: tuple[str, ...]) -> ColumnMapping:
    """Map the raw columns to fields.

    Raises:
        RejectedFileError: `not_reviews`, with the nearest known names.
    """
    names = [normalise_name(name) for name in header]
    if set(RESTAURANT_INFO_COLUMNS[2:]) & set(names) and "restaurant_name" in names:
        return _restaurant_info(header, names)
    fields: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        if name in CANONICAL:
            fields[CANONICAL[name]] = (*fields.get(CANONICAL[name], ()), place)
    if not {"rating", "review_text"} & fields.keys():
        raise RejectedFileError("not_reviews", _suggestion(header))
    unknown = [place for place, name in enumerate(names) if name not in CANONICAL]
    extra = dict(zip(unknown, _keys([header[place] for place in unknown], unknown), strict=True))
    scale = next((SCALE_BY_COLUMN[name] for name in names if name in SCALE_BY_COLUMN), None)
    return ColumnMapping("reviews", header, fields, extra, scale)


def _keys(raw_names: list[str], places: list[int]) -> list[str]:
    """Name the columns that nobody knows, each differently, or one would hide the other in JSON."""
    keys: dict[str, None] = {}
    for raw, place in zip(raw_names, places, strict=True):
        key = raw.strip() or f"column_{place + 1}"
        while key in keys:
            key = f"{key}_{place + 1}"
        keys[key] = None
    return list(keys)


def _restaurant_info(header: tuple[str, ...], names: list[str]) -> ColumnMapping:
    fields = {name: (names.index(name),) for name in RESTAURANT_INFO_COLUMNS if name in names}
    return ColumnMapping("restaurant_info", header, fields, {})


def _suggestion(header: tuple[str, ...]) -> str:
    near = [
        f"`{raw.strip()[:64]}` → `{CANONICAL[close[0]]}`?"
        for raw in header[:20]
        if (close := difflib.get_close_matches(normalise_name(raw), CANONICAL, n=1, cutoff=0.6))
    ]
    hint = f"; the nearest known names: {', '.join(near)}" if near else ""
    return (
        "no column is known as a rating or a review text; rename the columns, "
        f"or add their names to SYNONYMS in schema.py{hint}"
    )

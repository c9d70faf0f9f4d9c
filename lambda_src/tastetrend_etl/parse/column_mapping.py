"""Maps the raw columns to the fields of the contract by their names."""

import difflib
import re
from collections.abc import Iterable

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import ColumnMapping
from tastetrend_etl.schema import CANONICAL, RESTAURANT_INFO_COLUMNS, SCALE_BY_COLUMN

MAX_NAME_LENGTH = 64  # characters; no known name is longer
_KNOWN_NAMES = frozenset(CANONICAL) | frozenset(RESTAURANT_INFO_COLUMNS)


def count_known_names(cells: Iterable[str]) -> int:
    """Return how many of the cells are names of known columns."""
    return sum(len(cell.strip()) <= MAX_NAME_LENGTH and _normalize(cell) in _KNOWN_NAMES for cell in cells)


def map_columns(header: tuple[str, ...]) -> ColumnMapping:
    """Map the raw columns to fields.

    Raises:
        RejectedFileError: `not_reviews`, with the nearest known names.
    """
    names = [_normalize(name) for name in header]
    if set(RESTAURANT_INFO_COLUMNS[2:]) & set(names) and "restaurant_name" in names:
        columns = {name: (names.index(name),) for name in RESTAURANT_INFO_COLUMNS if name in names}
        return ColumnMapping("restaurant_info", header, columns, {})
    fields: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(names):
        if name in CANONICAL:
            fields[CANONICAL[name]] = (*fields.get(CANONICAL[name], ()), position)
    if not {"rating", "review_text"} & fields.keys():
        raise RejectedFileError("not_reviews", _suggestion(header))
    unknown = {position: header[position] for position, name in enumerate(names) if name not in CANONICAL}
    scales = {place: SCALE_BY_COLUMN[name] for place, name in enumerate(names) if name in SCALE_BY_COLUMN}
    return ColumnMapping("reviews", header, fields, _unique_keys(unknown), scales)


def _normalize(name: str) -> str:
    """Return a column name trimmed, lower-cased, with runs of spaces or punctuation as one `_`."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


def _unique_keys(raw_names: dict[int, str]) -> dict[int, str]:
    """Return position → unique name, because the columns become keys of one JSON object."""
    keys: dict[str, int] = {}
    for position, raw in raw_names.items():
        key = raw.strip() or f"column_{position + 1}"
        while key in keys:
            key = f"{key}_{position + 1}"
        keys[key] = position
    return {position: key for key, position in keys.items()}


def _suggestion(header: tuple[str, ...]) -> str:
    near = [
        f"`{raw.strip()[:64]}` → `{CANONICAL[close[0]]}`?"
        for raw in header[:20]
        if (close := difflib.get_close_matches(_normalize(raw), CANONICAL, n=1, cutoff=0.6))
    ]
    hint = f"; the nearest known names: {', '.join(near)}" if near else ""
    return (
        "no column is known as a rating or a review text; rename the columns, "
        f"or add their names to SYNONYMS in schema.py{hint}"
    )

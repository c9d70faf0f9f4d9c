"""Loads and validates the TOML files of the known sources."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tastetrend_etl.errors import InvalidSourceError
from tastetrend_etl.limits import THRESHOLDS, Threshold
from tastetrend_etl.schema import AGE_GROUPS, ETHNICITIES, GENDERS, RATING_SCALES, SYNONYMS

FOLDER = Path(__file__).parent
DATE_ORDERS = ("day_first", "month_first")
DECIMAL_MARKS = (".", ",")
CATEGORY_TABLES = {"age_range": AGE_GROUPS, "gender": GENDERS, "ethnicity": ETHNICITIES}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_GENERIC = "generic"


@dataclass(frozen=True)
class Source:
    """How the files of one source are recognised and read; what it does not set is inferred.

    Attributes:
        name: of its TOML file.
        key_pattern: a glob that the end of the raw key matches; `*` matches no `/`.
        headers: raw column names that all its files have.
        columns: field → raw column name.
        date_order: `day_first` or `month_first`: how every numeric date is written.
        rating_scale: of ratings without a scale of their own: 5, 10 or 100.
        decimal_mark: of every amount: `.` or `,`.
        null_words: further null values, in lower case.
        categories: category field → further word in lower case → category.
        thresholds: check → its thresholds, instead of those in the limits.
    """

    name: str
    key_pattern: str = ""
    headers: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    rating_scale: int = 0
    decimal_mark: str = ""
    null_words: tuple[str, ...] = ()
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)


GENERIC = Source(_GENERIC)
"""A file of no known source is read by the generic rules alone."""


def load_sources(folder: Path = FOLDER) -> tuple[Source, ...]:
    """Return the sources of a folder, by name.

    Raises:
        InvalidSourceError: a file is invalid; names the file, the key and the allowed values.
    """
    return tuple(load_source(path) for path in sorted(folder.glob("*.toml")))


def load_source(path: Path) -> Source:
    """Return one source.

    Raises:
        InvalidSourceError: as `load_sources`.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        return _build(path.stem, settings)
    except ValueError as error:  # also of the TOML and of its encoding
        raise InvalidSourceError(f"source {path.name}: {error}") from error


def _build(name: str, settings: Mapping[str, Any]) -> Source:
    if not _NAME.fullmatch(name) or name == _GENERIC:
        raise ValueError(f"the file's name is not allowed; allowed: {_NAME.pattern}.toml, not {_GENERIC}")
    _check_members("", settings, _READERS)
    source = Source(name, **{key: _READERS[key](key, value) for key, value in settings.items()})
    if not (source.key_pattern or source.headers):
        raise ValueError("`key_pattern` and `headers` are missing; at least one says which files it is for")
    if not {"rating", "review_text"} & source.columns.keys():
        raise ValueError("`columns` names no column; at least `rating` or `review_text` is needed")
    return source


def _check(key: str, value: object, allowed: str, *, is_allowed: bool) -> None:
    if not is_allowed:
        raise ValueError(f"`{key}` = {value!r} is not allowed; allowed: {allowed}")


def _check_members(key: str, value: object, allowed: Iterable[str]) -> None:
    """Check that a value is a table with known keys only."""
    _check(key, value, "a table", is_allowed=isinstance(value, dict))
    for member in value if isinstance(value, dict) else ():
        path, known = f"{key}.{member}".removeprefix("."), sorted(allowed)
        if member not in known:
            raise ValueError(f"`{path}` is unknown; allowed: {', '.join(known)}")


def _one_of(*allowed: object) -> Callable[[str, object], object]:
    def read(key: str, value: object) -> object:
        listed = ", ".join(map(repr, allowed))
        _check(key, value, listed, is_allowed=value in allowed)
        return value

    return read


def _text(key: str, value: object) -> str:
    _check(key, value, "a text that is not empty", is_allowed=isinstance(value, str) and bool(value.strip()))
    return str(value)


def _texts(key: str, value: object) -> tuple[str, ...]:
    _check(key, value, "a list of texts", is_allowed=isinstance(value, list) and bool(value))
    return tuple(_text(key, each) for each in value) if isinstance(value, list) else ()


def _words(key: str, value: object) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in _texts(key, value))


def _columns(key: str, value: Any) -> dict[str, str]:  # noqa: ANN401 # TOML
    _check_members(key, value, SYNONYMS)
    columns = {name: _text(f"{key}.{name}", raw) for name, raw in value.items()}
    names = list(columns.values())
    _check(key, names, "each raw column once", is_allowed=len({*names}) == len(names))
    return columns


def _categories(key: str, value: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401 # TOML
    _check_members(key, value, CATEGORY_TABLES)
    for name, words in value.items():
        _check(f"{key}.{name}", words, "a table", is_allowed=isinstance(words, dict))
        allowed = _one_of(*dict.fromkeys(CATEGORY_TABLES[name].values()))
        for word, category in words.items():
            allowed(f"{key}.{name}.{word}", category)
    return {name: {word.strip().lower(): words[word] for word in words} for name, words in value.items()}


def _thresholds(key: str, value: Any) -> dict[str, Threshold]:  # noqa: ANN401 # TOML
    _check_members(key, value, THRESHOLDS.keys() - {"row_balance"})
    return {check: _threshold(f"{key}.{check}", limits) for check, limits in value.items()}


def _threshold(key: str, value: Any) -> Threshold:  # noqa: ANN401 # TOML
    is_pair = isinstance(value, dict) and value.keys() == {item.name for item in fields(Threshold)}
    numbers = [*value.values()] if is_pair else []
    are_numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in numbers)
    is_allowed = is_pair and are_numbers and 0 <= value["warn"] <= value["fail"]
    _check(key, value, "{ warn, fail } with 0 <= warn <= fail", is_allowed=is_allowed)
    return Threshold(**value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "key_pattern": _text,
    "headers": _texts,
    "columns": _columns,
    "date_order": _one_of(*DATE_ORDERS),
    "rating_scale": _one_of(*RATING_SCALES),
    "decimal_mark": _one_of(*DECIMAL_MARKS),
    "null_words": _words,
    "categories": _categories,
    "thresholds": _thresholds,
}

SOURCES = load_sources()

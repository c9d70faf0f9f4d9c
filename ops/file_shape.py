"""Describes the shape of a file for its golden file: the formats of its cells, never a cell itself."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from ops.file_profile import Profile
from samples.formats import MoneyFormat, RatingFormat
from samples.invented import FileShape
from tastetrend_etl.transform.categories import CATEGORIES

_DAY_AND_MONTH = {"day_first": "%d/%m", "month_first": "%m/%d"}
_CLOCKS = ("", " %H:%M", " %H:%M:%S")
_DAYS = (
    "%d.%m.%Y",
    "%Y-%m-%d",
    "{}/%Y",
    "{}/%y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
)
_OTHER_DATES = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# What is around the number of a rating → the scale that it gives; none of a bare number.
_AROUND_A_RATING = {
    "{}": 0, "{}/5": 5, "{}/10": 10, "{}/100": 100, "{} / 5": 5, "{} / 10": 10, "{}%": 100, "{} %": 100,
    "{} stars": 5, "{} out of 5": 5, "{} out of 10": 10, "{} von 5": 5, "{} von 10": 10,
}  # fmt: skip
_MONEY = re.compile(r"([€$£]? ?|[A-Z]{3} )(\d[\d.,]*)( ?[€$£]| [A-Z]{3})?")
_MAX_BARE, _HUNDRED = 10, 100


def shape_of(profile: Profile) -> FileShape:
    """Return the shape of a file; formats that are not recognised are left out."""
    source, cells = profile.source, {name: profile.cells[raw] for name, raw in profile.source.columns.items()}
    default, dialect = FileShape(source.name, (), {}), profile.dialect
    amounts = (*cells.get("total_spent", ()), *cells.get("tip_amount", ()))
    return FileShape(
        name=source.name,
        header=dialect.header,
        columns=source.columns,
        delimiter="" if dialect.format == "json" else dialect.sequence or dialect.delimiter,
        encoding=profile.encoding.encoding,
        dates=_date_patterns(cells.get("review_date", ()), source.date_order) or default.dates,
        ratings=_rating_formats(cells.get("rating", ()), source.rating_scale) or default.ratings,
        amounts=_money_formats(amounts) or default.amounts,
        null_words=source.null_words,
        categories=_categories(profile),
    )


def _date_patterns(cells: Iterable[str], order: str) -> tuple[str, ...]:
    numeric = _DAY_AND_MONTH[order or "month_first"]
    days = [day.format(numeric) for day in _DAYS]
    patterns = [*(day + clock for day in days for clock in _CLOCKS), *_OTHER_DATES]
    found = (next((each for each in patterns if _fits(cell, each)), "") for cell in cells if cell)
    return tuple(dict.fromkeys(pattern for pattern in found if pattern))


def _fits(cell: str, pattern: str) -> bool:
    with suppress(ValueError):
        return datetime.strptime(cell, pattern).strftime(pattern) == cell  # noqa: DTZ007 # only the form counts
    return False


def _rating_formats(cells: Iterable[str], scale: int) -> tuple[RatingFormat, ...]:
    return tuple(dict.fromkeys(each for each in (_rating_format(cell, scale) for cell in cells) if each))


def _rating_format(cell: str, scale: int) -> RatingFormat | None:
    pattern, number = _NUMBER.sub("{}", cell, count=1), _NUMBER.search(cell)
    best = _AROUND_A_RATING.get(pattern, -1) or scale
    if number is None or best <= 0:
        return None
    step = _MAX_BARE // 2 if best == _HUNDRED else 1
    half = ".5" if {".", ","} & {*number[0]} else ""
    values = tuple(f"{value}{half}" for value in range(step, best + (not half), step))
    return RatingFormat(pattern, values, best, "," if "," in number[0] else ".")


def _money_formats(cells: Iterable[str]) -> tuple[MoneyFormat, ...]:
    return tuple(dict.fromkeys(each for each in map(_money_format, cells) if each))


def _money_format(cell: str) -> MoneyFormat | None:
    match = _MONEY.fullmatch(cell)
    if match is None:
        return None
    before, number, behind = match[1], match[2], match[3] or ""
    if number.isdigit():
        return MoneyFormat(f"{before}{{:.0f}}{behind}", digits=0)
    grouped = "," if len({*re.sub(r"\d", "", number)}) > 1 else ""
    if not re.search(r"[.,]\d\d$", number):
        return None
    return MoneyFormat(f"{before}{{:{grouped}.2f}}{behind}", comma=number[-3] == ",")


def _categories(profile: Profile) -> dict[str, dict[str, str | None]]:
    """Return category field → word of the file → category; null for those that several rows share."""
    source, words = profile.source, {}
    for name, (_, table, normalize) in CATEGORIES.items():
        if name not in source.columns:
            continue
        delivered = {*map(str.lower, profile.cells[source.columns[name]])}
        known = {word: table.get(normalize(word)) for word in sorted(delivered)}
        words[name] = (
            {word: category for word, category in known.items() if category}
            | dict(source.categories.get(name, {}))
            | dict.fromkeys(profile.unmapped.get(name, ()))
        )
    return {name: found for name, found in words.items() if found}

"""Parses the mixed date formats of the sources."""

import calendar
import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import EARLIEST_YEAR
from tastetrend_etl.transform.text import parseable_indices

_MICROSECONDS = pa.timestamp("us")
_NAT = np.iinfo(np.int64).min  # numpy's missing time, which Arrow takes for null
_1970, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
# No 13th month and no 25th hour: one value that cannot be cast makes the whole column slow.
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_ISO = (
    (rf"^{_DAY}([T ]{_CLOCK})?$", _MICROSECONDS),
    (rf"^{_DAY}[T ]{_CLOCK}(Z|[+-]\d{{2}}:?\d{{2}})$", pa.timestamp("us", tz="UTC")),
)

_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)[ ,]*(.*)", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)[ ,]*(.*)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}(\d{3})?(\.\d+)?", re.ASCII)
_EXCEL = re.compile(r"[3-6]\d{4}", re.ASCII)
_EXCEL_ORIGIN = datetime(1899, 12, 30, tzinfo=UTC)
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
_DAY_MONTH = re.compile(r"(\d{1,2})([ -])([a-z]+)\2(\d{4}|\d{2})", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]+) (\d{1,2}) (\d{4})", re.ASCII)
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
}
_MONTHS_IN_A_YEAR = 12
_MILLISECOND_DIGITS = 12


def parse_dates(values: pa.StringArray, *, day_first: bool) -> tuple[pa.TimestampArray, Counter[str]]:
    """Return naive UTC timestamps, null in no known format, and the evidence of `day_month_evidence`.

    Args:
        values: trimmed, null where missing.
        day_first: whether `01/02/2020` is the first of February; unambiguous dates ignore it.
    """
    moments = np.full(len(values), _NAT, np.int64)
    rest = parseable_indices(values)
    texts = values.take(pa.array(rest))
    for pattern, kind in _ISO:
        fits = pc.match_substring_regex(texts, pattern)
        chosen = np.asarray(fits)
        moments[rest[chosen]] = _from_iso(texts.filter(fits), kind)
        rest, texts = rest[~chosen], texts.filter(pc.invert(fits))
    distinct = texts.dictionary_encode()
    parsed = list(map(_PARSERS[day_first], distinct.dictionary.to_numpy(zero_copy_only=False)))
    moments[rest] = np.array([moment for moment, _ in parsed], np.int64)[distinct.indices]
    return pa.array(moments.view("M8[us]")), _count_orders([order for _, order in parsed], distinct.indices)


def day_month_evidence(values: pa.StringArray) -> Counter[str]:
    """Return `day` and `month` → the numeric dates that are possible only with it first."""
    texts = values.take(pa.array(parseable_indices(values)))
    orders = map(_numeric_order, texts.to_numpy(zero_copy_only=False))
    return Counter(order for order in orders if order)


def _count_orders(orders: list[str | None], places: pa.Int32Array) -> Counter[str]:
    evidence: Counter[str] = Counter()
    for order, count in zip(orders, np.bincount(places, minlength=len(orders)).tolist(), strict=True):
        if order:
            evidence[order] += count
    return evidence


def out_of_range(dates: pa.TimestampArray, max_review_date: datetime) -> pa.BooleanArray:
    """Return the mask, without nulls, of the dates before 1990 or after a naive UTC time."""
    first = pa.scalar(datetime(EARLIEST_YEAR, 1, 1), _MICROSECONDS)  # noqa: DTZ001 # the column is naive UTC
    last = pa.scalar(max_review_date, _MICROSECONDS)
    return pc.fill_null(pc.or_(pc.less(dates, first), pc.greater(dates, last)), False)


def _numeric_order(text: str) -> str | None:
    """Return `day` or `month` if a numeric date is possible only with it first, else None."""
    match = _NUMERIC.fullmatch(text)
    if match is None or match[2] == ".":
        return None
    first, second = int(match[1]), int(match[3])
    if (first > _MONTHS_IN_A_YEAR) == (second > _MONTHS_IN_A_YEAR):
        return None
    return "day" if first > _MONTHS_IN_A_YEAR else "month"


def _from_iso(texts: pa.StringArray, kind: pa.DataType) -> np.ndarray:
    """Return int64 microseconds."""
    try:
        return np.asarray(texts.cast(kind).cast(pa.int64()))
    except pa.ArrowInvalid:  # one impossible day such as 2020-02-31 fails the whole cast
        return np.array([_microseconds(_iso(text)) for text in texts.to_pylist()], np.int64)


def _iso(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return None


def _microseconds(moment: datetime | None) -> int:
    """Return the time since 1970, UTC without a time zone."""
    if moment is None:
        return _NAT
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _1970) // _MICROSECOND


def _parse_text(text: str, *, day_first: bool) -> tuple[int, str | None]:
    """Return the microseconds since 1970, and the order that the text proves."""
    moment = None
    with suppress(ValueError, OverflowError):
        moment = _numeric(text, day_first=day_first) or _number(text) or _iso(text) or _named(text)
    return _microseconds(moment), _numeric_order(text)


# One cache per order: a cache by text alone is smaller and faster than one by text and flag.
_PARSERS = {
    day_first: lru_cache(maxsize=1 << 15)(partial(_parse_text, day_first=day_first))
    for day_first in (False, True)
}


def _numeric(text: str, *, day_first: bool) -> datetime | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _moment(int(match[1]), int(match[2]), int(match[3]), match[4])
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), match[4]
    order = _numeric_order(text)
    day_leads = order == "day" or (order is None and (day_first or match[2] == "."))
    day, month = (first, second) if day_leads else (second, first)
    return _moment(_full_year(year), month, day, match[5])


def _full_year(year: str) -> int:
    return int(year) if len(year) > len("99") else datetime.strptime(year, "%y").replace(tzinfo=UTC).year


def _moment(year: int, month: int, day: int, clock: str) -> datetime | None:
    date = datetime(year, month, day, tzinfo=UTC)
    if not clock:
        return date
    for format_ in _CLOCKS:
        with suppress(ValueError):
            time = datetime.strptime(clock.upper(), format_).replace(tzinfo=UTC)
            return datetime.combine(date, time.timetz())
    return None


def _number(text: str) -> datetime | None:
    if match := _COMPACT.fullmatch(text):
        return _moment(int(match[1]), int(match[2]), int(match[3]), "")
    if _EPOCH.fullmatch(text):
        whole = text.split(".", maxsplit=1)[0]
        return datetime.fromtimestamp(float(text) / (1000 if len(whole) >= _MILLISECOND_DIGITS else 1), UTC)
    if _EXCEL.fullmatch(text):
        return _EXCEL_ORIGIN + timedelta(days=int(text))
    return None


def _named(text: str) -> datetime | None:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", " ".join(text.lower().replace(",", " ").split()))
    day, clock = re.fullmatch(r"(.*?)(?:[ t](\d{1,2}:\d{2}.*))?", plain).groups()  # type: ignore[union-attr] # matches any text
    if match := _DAY_MONTH.fullmatch(day):
        number, month, year = match[1], match[3], match[4]
    elif match := _MONTH_DAY.fullmatch(day):
        month, number, year = match.groups()
    else:
        return None
    return _moment(_full_year(year), _MONTHS[month], int(number), clock or "") if month in _MONTHS else None

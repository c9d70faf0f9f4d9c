"""Parses one date as people and programs write it."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from tastetrend_etl.transform.words import DATE_FILLERS, MONTHS, WEEKDAYS, ZONES, plain_text

NO_MOMENT = -(1 << 63)  # numpy's missing time, which Arrow takes for null
_1970, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
EITHER = "either"  # the order of a date that depends on its file
_MONTHS_IN_A_YEAR = 12
_NOON, _END_OF_DAY, _LEAP_SECOND = 12, (24, 0, 0), 60

_NUMERIC = re.compile(r"(\d{1,2})( ?[/.-] ?)(\d{1,2})\2(\d{4}|\d{2})(?!\d)\.?[ ,T]*(.*)", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})( ?[/.-] ?)(\d{1,2})\2(\d{1,2})(?!\d)\.?[ ,T-]*(.*)", re.ASCII | re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"(\d{1,2}) (\d{1,2}), ?(\d{4})", re.ASCII)  # `02 28, 2014`
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{6})?", re.ASCII)
_EPOCH = re.compile(r"(\d{9,10})(\d{3}|\d{6}|\d{9})?(\.\d+)?", re.ASCII)  # in s, ms, µs or ns
_EXCEL = re.compile(r"[3-6]\d{4}", re.ASCII)
_EXCEL_ORIGIN = datetime(1899, 12, 30, tzinfo=UTC)

_ZONE = rf"(?:(?P<zone>{'|'.join(ZONES)})(?![a-z]))? ?(?P<offset>[+-]\d{{1,2}}(?::?\d{{2}})?)?(?: ?\(.*\))?"
_TIME = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?(?![\d.])"
    rf" ?(?:(?P<half>[ap])\.? ?m\b\.?)?(?: ?uhr)? ?{_ZONE}"
)
_CLOCK = re.compile(_TIME, re.ASCII)
_CLOCK_IN_WORDS = re.compile(rf"(?<![^ t]){_TIME}", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|e|o|a)\b")
_AWAY = re.compile(r"^reviewed in .* on ")
_FIRST_WORD = re.compile(r"([^\W\d_]+)[.,:]* *")


@lru_cache(maxsize=1 << 14)
def without_leading_words(text: str) -> str:
    """Return a plain text without the words before a date, such as `reviewed on` or a weekday."""
    text = _AWAY.sub("", text)
    while (match := _FIRST_WORD.match(text)) and (match[1] in DATE_FILLERS or match[1] in WEEKDAYS):
        text = text[match.end() :]
    return text


def numeric_order(text: str) -> str | None:
    """Return `day` or `month` if a numeric date needs it first, `EITHER` if it is ambiguous, else None."""
    match = _NUMERIC.fullmatch(text)
    if match is None or match[2].strip() == ".":
        return None
    first, second = int(match[1]), int(match[3])
    if max(first, second) <= _MONTHS_IN_A_YEAR:
        return EITHER if first != second else None
    if min(first, second) > _MONTHS_IN_A_YEAR:
        return None
    return "day" if first > _MONTHS_IN_A_YEAR else "month"


def iso(text: str) -> datetime | None:
    """Return the date of an ISO 8601 text, None if it is none."""
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return None


def microseconds(moment: datetime | None) -> int:
    """Return the time since 1970, UTC without a time zone; `NO_MOMENT` for None."""
    if moment is None:
        return NO_MOMENT
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _1970) // _MICROSECOND


def _parse_text(text: str, *, day_first: bool) -> tuple[int, str | None]:
    """Return the microseconds since 1970, and the order that the text proves, or `EITHER`."""
    moment, order = None, numeric_order(text)
    with suppress(ValueError, OverflowError):
        moment = _numeric(text, day_first=day_first) or _number(text) or iso(text)
        if moment is None:
            plain = plain_text(text)
            digits = without_leading_words(plain)
            order = order or numeric_order(digits)
            moment = _numeric(digits, day_first=day_first) or iso(digits) or _worded(_AWAY.sub("", plain))
    return microseconds(moment), order


# One cache per order: a cache by text alone is smaller and faster than one by text and flag.
PARSERS = {
    day_first: lru_cache(maxsize=1 << 15)(partial(_parse_text, day_first=day_first))
    for day_first in (False, True)
}


def _numeric(text: str, *, day_first: bool) -> datetime | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _moment(int(match[1]), int(match[3]), int(match[4]), match[5])
    if match := _MONTH_FIRST.fullmatch(text):
        return datetime(int(match[3]), int(match[1]), int(match[2]), tzinfo=UTC)
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), match[4]
    order = numeric_order(text)
    day_leads = order == "day" or (order != "month" and (day_first or match[2].strip() == "."))
    day, month = (first, second) if day_leads else (second, first)
    return _moment(_full_year(year), month, day, match[5])


def _full_year(year: str) -> int:
    return int(year) if len(year) > len("99") else datetime.strptime(year, "%y").replace(tzinfo=UTC).year


def _moment(year: int, month: int, day: int, clock: str) -> datetime | None:
    date = datetime(year, month, day, tzinfo=UTC)
    if not clock:
        return date
    clock = clock.lower()
    match = _CLOCK.fullmatch(clock) or _CLOCK.fullmatch(without_leading_words(clock))
    return _at(date, match) if match else None


def _at(date: datetime, clock: re.Match[str]) -> datetime:
    """Return a midnight's date at a time; raise ValueError if it is none."""
    hour, minute, second = _hour(clock), int(clock["minute"]), int(clock["second"] or 0)
    is_end, is_leap = (hour, minute, second) == _END_OF_DAY, second == _LEAP_SECOND
    moment = date.replace(
        hour=0 if is_end else hour,
        minute=minute,
        second=second - is_leap,
        microsecond=int((clock["fraction"] or "0")[:6].ljust(6, "0")),
    )
    east = _offset(clock["offset"] or "") + timedelta(hours=ZONES[clock["zone"] or "utc"])
    return moment + timedelta(days=is_end, seconds=is_leap) - east


def _hour(clock: re.Match[str]) -> int:
    """Return the hour of the day; raise ValueError for one in the afternoon that is called AM."""
    hour = int(clock["hour"])
    if clock["half"] and hour <= _NOON:
        return hour % _NOON + (_NOON if clock["half"] == "p" else 0)
    if clock["half"] == "a":
        raise ValueError("no time before noon")
    return hour


def _offset(text: str) -> timedelta:
    """Return the offset from UTC of `+02:00`, `+0200` or `+2`."""
    offset = timedelta(hours=int(text[1:3] or 0), minutes=int(text[3:].lstrip(":") or 0))
    return -offset if text.startswith("-") else offset


def _number(text: str) -> datetime | None:
    if match := _COMPACT.fullmatch(text):
        clock = match[4] and f"{match[4][:2]}:{match[4][2:4]}:{match[4][4:]}"
        return _moment(int(match[1]), int(match[2]), int(match[3]), clock or "")
    if match := _EPOCH.fullmatch(text):
        fraction = float(match[3] or 0) if match[2] is None else int(match[2]) / 10 ** len(match[2])
        return datetime.fromtimestamp(int(match[1]) + fraction, UTC)
    if _EXCEL.fullmatch(text):
        return _EXCEL_ORIGIN + timedelta(days=int(text))
    return None


def _worded(plain: str) -> datetime | None:
    """Return the date of a plain text with the name of a month, a day and a year in any order.

    A text with any other word or number, such as `4 days ago`, is no date: nothing is read relative to today.
    """
    clock = _CLOCK_IN_WORDS.search(plain)
    day = plain[: clock.start()] + " " + plain[clock.end() :] if clock else plain
    words = [word for word in _WORDS.findall(_ORDINAL.sub("", day)) if word not in DATE_FILLERS]
    if words and words[0] in WEEKDAYS and any(word in MONTHS for word in words[1:]):
        del words[0]
    months = [word for word in words if word in MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(words) != 3 or len(months) != 1 or len(numbers) != 2:  # noqa: PLR2004 # a month, a day and a year
        return None
    year_first = len(numbers[0]) == len("2020")
    year, number = numbers if year_first else reversed(numbers)
    if len(number) > len("31") or len(year) not in (len("20"), len("2020")):
        return None
    date = datetime(_full_year(year), MONTHS[months[0]], int(number), tzinfo=UTC)
    return _at(date, clock) if clock else date

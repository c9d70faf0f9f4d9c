"""The contract's rules for single cells in plain Python, used by both pandas engines."""

import re
from datetime import UTC, datetime

from benchmarks.task import NULL_VALUES, NUMBER_WORDS, PLAIN_DATES, RATING_SCALES, SCALE, ZONED_DATES, Task

_WORD = re.compile("|".join(NUMBER_WORDS))
_RATING = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of)\s*(\d+)|(%)|(stars?))?")
_STARS = re.compile("([★⭐]+)☆*")
_AMOUNT = re.compile(r"(-?)\D*?(\d[\d.,]*)\D*")


def cleaned(text: str) -> str | None:
    """Strip whitespace; return None for null values."""
    trimmed = text.strip()
    return None if trimmed.lower() in NULL_VALUES else trimmed


def rating(text: str) -> tuple[float | None, int | None, str | None]:
    """Return the rating from one to five, its scale, and the issue code; None for each that is missing."""
    if cleaned(text) is None:
        return None, None, None
    plain = _WORD.sub(lambda match: str(NUMBER_WORDS[match[0]]), text.strip().lower())
    if match := _STARS.fullmatch(plain):
        return float(len(match[1])), SCALE, None
    match = _RATING.fullmatch(plain)
    scale = int(match[2] or (match[3] and 100) or SCALE) if match else 0
    if match is None or scale not in RATING_SCALES:
        return None, None, "rating_unparseable"
    number = float(match[1].replace(",", "."))
    if not 0 < number <= scale:
        return None, scale, "rating_out_of_scale"
    return max(number / scale * 5, 1.0), scale, None


def amount(text: str | None) -> float | None:
    """Parse an amount of money, a percentage or a number in words; None if it is not a number."""
    if text is None:
        return None
    if text.lower() in NUMBER_WORDS:
        return float(NUMBER_WORDS[text.lower()])
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    digits = match[2]
    if "," in digits and digits.rfind(",") > digits.rfind("."):
        digits = digits.replace(".", "").replace(",", ".")
    return float(match[1] + digits.replace(",", ""))


def date(text: str | None, task: Task) -> datetime | None:
    """Parse a date to a naive UTC datetime; None if no format matches."""
    if text is None:
        return None
    if ("T" in text or "+" in text) and text[0].isdigit():
        return datetime.strptime(text, ZONED_DATES[0]).astimezone(UTC).replace(tzinfo=None)
    for pattern in (*PLAIN_DATES, *task.numeric_dates):
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 # the contract's dates are naive UTC
        except ValueError:
            continue
    return None

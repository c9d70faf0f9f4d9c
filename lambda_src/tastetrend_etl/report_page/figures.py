"""Formats counts, shares, sizes, times and names for people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from tastetrend_etl.report_page.parts import Html, join, tag

MAX_NAME, MAX_SENTENCE = 80, 600  # characters of a text from a report
MAX_ROWS = 20  # of a table, and names of a list
_SMALLEST_SHOWN = 0.0005  # a tenth of a percent after rounding
_SPACE = "\N{NO-BREAK SPACE}"
_KILO = 1_000


def count(number: float) -> str:
    """Return a number with thousands separators and at most six digits behind the point."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.6f}".rstrip("0").rstrip(".")


def plural(number: int, noun: str) -> str:
    """Return a number and its noun, as in `1 row` and `2 rows`."""
    return f"{number:,}{_SPACE}{noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Return a share from 0 to 1 in percent; only none and all are `0 %` and `100 %`."""
    if 0 < share < _SMALLEST_SHOWN:
        return f"under 0.1{_SPACE}%"
    if 1 - _SMALLEST_SHOWN < share < 1:
        return f"over 99.9{_SPACE}%"
    return f"{100 * share:,.1f}".removesuffix(".0") + f"{_SPACE}%"


def points(difference: float) -> str:
    """Return a difference of two shares in percentage points."""
    return f"{100 * difference:,.1f}".removesuffix(".0") + f"{_SPACE}points"


def share_of(part: int, whole: int) -> float:
    """Return a share from 0 to 1; that of nothing is 0."""
    return part / whole if whole else 0.0


def size(number: int) -> str:
    """Return a number of bytes in the largest unit of which there is one."""
    value, units = float(number), ["bytes", "KB", "MB", "GB"]
    while value >= _KILO and len(units) > 1:
        value /= _KILO
        units.pop(0)
    return f"{value:,.0f}{_SPACE}{units[0]}" if units[0] == "bytes" else f"{value:,.1f}{_SPACE}{units[0]}"


def moment(text: str) -> str:
    """Return an ISO time to the minute in UTC; a text that is none unchanged."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return clip(text)


def clip(text: object, limit: int = MAX_NAME) -> str:
    """Return a text with its end left out if it is long."""
    whole = str(text)
    return whole if len(whole) <= limit else whole[:limit] + "…"


def code(name: object) -> Html:
    """Return a name as it is in the data."""
    return tag("code", clip(name)) if str(name).strip() else tag("em", "without a name")


def prose(text: object) -> Html:
    """Return a sentence from a report, in which names stand between backticks."""
    parts = clip(text, MAX_SENTENCE).split("`")
    return join(tag("code", part) if i % 2 else part for i, part in enumerate(parts))


def names(values: Collection[object], most: int = MAX_ROWS) -> Html:
    """Return names with commas between them, and how many more there are."""
    shown = [code(value) for value, _ in zip(values, range(most), strict=False)]
    return join([join(shown, ", "), more(len(values) - len(shown))])


def more(number: int) -> str:
    """Return how many more there are than are shown."""
    return f" and {number:,} more" if number > 0 else ""


def in_words(parts: Sequence[object]) -> Html:
    """Return parts as a list in a sentence, as in `a, b and c`."""
    if len(parts) <= 1:
        return join(parts)
    return join([join(parts[:-1], ", "), parts[-1]], " and ")


def row_numbers(examples: Iterable[int], total: int) -> str:
    """Return the numbers of the first rows, and how many more there are."""
    shown = [str(number) for number, _ in zip(examples, range(MAX_ROWS), strict=False)]
    return ", ".join(shown) + more(total - len(shown)) if shown else ""

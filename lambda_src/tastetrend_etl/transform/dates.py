"""Parses the mixed date formats of the sources."""

from collections import Counter
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import EARLIEST_YEAR
from tastetrend_etl.transform.date_text import (
    NO_MOMENT,
    PARSERS,
    iso,
    microseconds,
    numeric_order,
    without_leading_words,
)
from tastetrend_etl.transform.text import parseable_indices
from tastetrend_etl.transform.words import plain_text

_MICROSECONDS, _UTC = pa.timestamp("us"), pa.timestamp("us", tz="UTC")
_UTC_IN_WORDS = r" ?(UTC|GMT|\+00:?00)$"
# No 13th month and no 25th hour: one value that cannot be cast makes the whole column slow.
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_ISO = (
    (rf"^{_DAY}([T ]{_CLOCK})?$", _MICROSECONDS),
    (rf"^{_DAY}[T ]{_CLOCK}(Z|[+-]\d{{2}}:?\d{{2}})$", _UTC),
    (rf"^{_DAY}[T ]{_CLOCK}{_UTC_IN_WORDS}", _UTC),
)


def parse_dates(
    values: pa.StringArray, *, day_first: bool, stated: bool = False
) -> tuple[pa.TimestampArray, Counter[str]]:
    """Return naive UTC timestamps, null in no known format, and the evidence of `day_month_evidence`.

    Args:
        values: trimmed, null where missing.
        day_first: whether `01/02/2020` is the first of February; unambiguous dates ignore it,
        stated: unless the order is stated: then those of the other order are null.
    """
    moments = np.full(len(values), NO_MOMENT, np.int64)
    rest = parseable_indices(values)
    texts = values.take(pa.array(rest))
    for pattern, kind in _ISO:
        fits = pc.match_substring_regex(texts, pattern)
        chosen = np.asarray(fits)
        moments[rest[chosen]] = _from_iso(texts.filter(fits), kind)
        rest, texts = rest[~chosen], texts.filter(pc.invert(fits))
    distinct = texts.dictionary_encode()
    parsed = list(map(PARSERS[day_first], distinct.dictionary.to_numpy(zero_copy_only=False)))
    other = ("month" if day_first else "day") if stated else ""
    known = [NO_MOMENT if order == other else moment for moment, order in parsed]
    moments[rest] = np.array(known, np.int64)[distinct.indices]
    return pa.array(moments.view("M8[us]")), _count_orders([order for _, order in parsed], distinct.indices)


def day_month_evidence(values: pa.StringArray) -> Counter[str]:
    """Return `day` and `month` → the numeric dates that need it first, `EITHER` → the ambiguous ones."""
    texts = values.take(pa.array(parseable_indices(values)))
    orders = map(_order, texts.to_numpy(zero_copy_only=False))
    return Counter(order for order in orders if order)


def _order(text: str) -> str | None:
    return numeric_order(text) or numeric_order(without_leading_words(plain_text(text)))


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


def _from_iso(texts: pa.StringArray, kind: pa.DataType) -> np.ndarray:
    """Return int64 microseconds."""
    if kind == _UTC:
        texts = pc.replace_substring_regex(texts, _UTC_IN_WORDS, "Z")
    try:
        return np.asarray(texts.cast(kind).cast(pa.int64()))
    except pa.ArrowInvalid:  # one impossible day such as 2020-02-31 fails the whole cast
        return np.array([microseconds(iso(text)) for text in texts.to_pylist()], np.int64)

"""Parses amounts of money, percentages and party sizes."""

import math
import re
from contextlib import suppress
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.schema import NUMBER_WORDS
from tastetrend_etl.transform.text import parseable_indices

_CURRENCY_AFFIXES = " $€£%USDEURGBP"  # characters that are common before or after an amount
# Pattern, thousands separator, decimal separator; the first pattern that matches is used.
_NUMBER_FORMATS = (
    (r"^\d*\.?\d+$", "", "."),
    (r"^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$", ",", "."),
    (r"^\d*,\d+$", "", ","),
    (r"^[1-9]\d{0,2}(\.\d{3})+(,\d+)?$", ".", ","),
    (r"^[1-9]\d?(,\d{2})*,\d{3}(\.\d+)?$", ",", "."),  # lakhs
)
_NUMBER_WITH_AFFIXES = re.compile(r"(\D*?)((?:(?<![a-z])[.,])?\d(?:.*\d)?)(\D*)", re.IGNORECASE)
_MINUS = frozenset("-\N{MINUS SIGN}")


def parse_numbers(values: pa.StringArray) -> np.ndarray:
    """Return float64, shape (values,), NaN where missing or in no known format.

    Args:
        values: trimmed, null where missing, such as `$1,234.50`, `1.234,50 €`, `USD 12`, `(12)`, `35 %`.
    """
    result = np.full(len(values), np.nan)
    rest = parseable_indices(values)
    bare = pc.utf8_trim(values, characters=_CURRENCY_AFFIXES).take(pa.array(rest))
    for pattern, thousands, decimal in _NUMBER_FORMATS:
        if len(rest) == 0:
            break
        fits = pc.match_substring_regex(bare, pattern)
        chosen = np.asarray(fits)
        result[rest[chosen]] = _cast(bare.filter(fits), thousands, decimal)
        rest, bare = rest[~chosen], bare.filter(pc.invert(fits))
    result[rest] = list(map(_parse_number, values.take(pa.array(rest)).to_numpy(zero_copy_only=False)))
    return result


def _cast(texts: pa.StringArray, thousands: str, decimal: str) -> np.ndarray:
    if thousands:
        texts = pc.replace_substring(texts, thousands, "")
    if decimal != ".":
        texts = pc.replace_substring(texts, decimal, ".")
    return np.asarray(texts.cast(pa.float64()))


@lru_cache(maxsize=1 << 14)
def _parse_number(text: str) -> float:
    if text.lower() in NUMBER_WORDS:
        return NUMBER_WORDS[text.lower()]
    match = _NUMBER_WITH_AFFIXES.fullmatch(text)
    if match is None:
        return math.nan
    before, number, behind = match.groups()
    value = _unsigned(re.sub(r"[\s']", "", number))
    return -value if (_MINUS | {"("}) & set(before) or behind.strip() in _MINUS else value


def _unsigned(number: str) -> float:
    digits, _, exponent = number.lower().partition("e")
    for pattern, thousands, decimal in _NUMBER_FORMATS:
        if re.match(pattern, digits):
            plain = digits.replace(thousands, "").replace(decimal, ".")
            with suppress(ValueError):
                return float(f"{plain}e{exponent or 0}")
    return math.nan

"""Reads amounts of money, percentages and party sizes."""

import math
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.schema import NUMBER_WORDS
from tastetrend_etl.transform.text import parseable_indices

_BESIDE = " $€£%USDEURGBP"  # what commonly stands beside an amount
# How amounts are written: the pattern, the mark between thousands, the decimal mark; the first that fits.
_SPELLINGS = (
    (r"^\d*\.?\d+$", "", "."),
    (r"^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$", ",", "."),
    (r"^\d*,\d+$", "", ","),
    (r"^[1-9]\d{0,2}(\.\d{3})+(,\d+)?$", ".", ","),
    (r"^[1-9]\d?(,\d{2})*,\d{3}(\.\d+)?$", ",", "."),  # lakhs
)
_AROUND = re.compile(r"(\D*?)((?:(?<![a-z])[.,])?\d(?:.*\d)?)(\D*)", re.IGNORECASE)
_MINUS = frozenset("-\N{MINUS SIGN}")


def read_numbers(values: pa.StringArray) -> np.ndarray:
    """Return float64, NaN where missing or where no spelling explains the value.

    Args:
        values: cleaned cells. `$1,234.50`, `1.234,50 €`, `USD 12`, `(12)`, `35 %` are understood.
    """
    result = np.full(len(values), np.nan)
    left = parseable_indices(values)
    bare = pc.utf8_trim(values, characters=_BESIDE).take(pa.array(left))
    for pattern, thousands, decimal in _SPELLINGS:
        if len(left) == 0:
            break
        fits = pc.match_substring_regex(bare, pattern)
        chosen = np.asarray(fits)
        result[left[chosen]] = _cast(bare.filter(fits), thousands, decimal)
        left, bare = left[~chosen], bare.filter(pc.invert(fits))
    if len(left):
        result[left] = [
            _read_number(text) for text in values.take(pa.array(left)).to_numpy(zero_copy_only=False)
        ]
    return result


def _cast(texts: pa.StringArray, thousands: str, decimal: str) -> np.ndarray:
    if thousands:
        texts = pc.replace_substring(texts, thousands, "")
    if decimal != ".":
        texts = pc.replace_substring(texts, decimal, ".")
    return np.asarray(texts.cast(pa.float64()))


@lru_cache(maxsize=1 << 14)
def _read_number(text: str) -> float:
    if text.lower() in NUMBER_WORDS:
        return NUMBER_WORDS[text.lower()]
    match = _AROUND.fullmatch(text)
    if match is None:
        return math.nan
    before, number, behind = match.groups()
    value = _unsigned(re.sub(r"[\s']", "", number))
    return -value if (_MINUS | {"("}) & set(before) or behind.strip() in _MINUS else value


def _unsigned(number: str) -> float:
    digits, _, exponent = number.lower().partition("e")
    for pattern, thousands, decimal in _SPELLINGS:
        if re.match(pattern, digits):
            plain = digits.replace(thousands, "").replace(decimal, ".")
            try:
                return float(f"{plain}e{exponent or 0}")
            except ValueError:
                break
    return math.nan

"""Reads amounts of money, percentages and party sizes."""

import math
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.schema import NUMBER_WORDS

_BESIDE = " $€£%USDEURGBP"  # what commonly stands beside an amount
# How amounts are commonly written: the pattern, the mark between thousands, the decimal mark.
_SPELLINGS = (
    (r"^[0-9]+(\.[0-9]+)?$", "", "."),
    (r"^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$", ",", "."),
    (r"^[0-9]+,[0-9]{1,2}$", "", ","),
    (r"^[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$", ".", ","),
)
_AMOUNT = re.compile(r"([+-]?)(\d[\d.,]*)(?:[eE]([+-]?\d+))?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})+")


def read_numbers(values: pa.StringArray) -> np.ndarray:
    """Return float64, NaN where missing or where no spelling explains the value.

    Args:
        values: cleaned cells. `$1,234.50`, `1.234,50 €`, `USD 12`, `(12)`, `35 %` are understood.
    """
    result = np.full(len(values), np.nan)
    left = np.flatnonzero(np.asarray(pc.is_valid(values)))
    bare = pc.utf8_trim(values, characters=_BESIDE).take(pa.array(left))
    for pattern, thousands, decimal in _SPELLINGS:
        fits = pc.match_substring_regex(bare, pattern)
        chosen = np.asarray(fits)
        result[left[chosen]] = _cast(bare.filter(fits), thousands, decimal)
        left, bare = left[~chosen], bare.filter(pc.invert(fits))
    if len(left):
        result[left] = [_read_number(text) for text in values.take(pa.array(left)).to_pylist()]
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
    accounting = text.startswith("(") and text.endswith(")")
    bare = _strip_currency(text.strip("()") if accounting else text)
    match = _AMOUNT.fullmatch(bare)
    if match is None:
        return math.nan
    value = float(f"{match[1]}{_with_decimal_point(match[2])}e{match[3] or 0}")
    return -value if accounting else value


def _strip_currency(text: str) -> str:
    """Drop what stands around the number (a symbol, a code, `%`) and the spaces within it."""
    sign = "-" if text.strip().startswith("-") else ""
    inner = re.fullmatch(r"[^\d.,]*(.*?\d)[^\d]*", text)
    return sign + re.sub(r"[\s']", "", inner[1]) if inner else ""


def _with_decimal_point(digits: str) -> str:
    """Read the last of `.` and `,` as the decimal mark, unless it can only group thousands."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, fraction = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
    mixed = "." in digits and "," in digits
    grouped = _GROUPED.fullmatch(digits) and (digits[last] == "," or digits.count(".") > 1)
    if grouped and not mixed:
        return whole + fraction
    return f"{whole or 0}.{fraction}"

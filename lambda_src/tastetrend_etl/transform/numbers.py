"""Parses amounts of money, percentages and party sizes."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import Mask
from tastetrend_etl.schema import NUMBER_WORDS
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.text import parseable_indices

_CURRENCY_AFFIXES = " $€£%USDEURGBP"  # characters that are common before or after an amount
# Pattern, thousands separator, decimal mark.
_POINT = (r"^\d*\.?\d+$", "", ".")
_COMMA = (r"^\d*,?\d+$", "", ",")
_POINT_AFTER_GROUPS = (r"^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$", ",", ".")
_COMMA_AFTER_GROUPS = (r"^[1-9]\d{0,2}(\.\d{3})+(,\d+)?$", ".", ",")
_LAKHS = (r"^[1-9]\d?(,\d{2})*,\d{3}(\.\d+)?$", ",", ".")
EITHER = "either"
# Decimal mark → formats; the first one that matches is used. A percentage has no thousands, so either mark
# is its decimal mark.
_NUMBER_FORMATS: dict[str, tuple[tuple[str, str, str], ...]] = {
    ".": (_POINT, _POINT_AFTER_GROUPS, _COMMA, _COMMA_AFTER_GROUPS, _LAKHS),
    ",": (_COMMA, _COMMA_AFTER_GROUPS, _POINT, _POINT_AFTER_GROUPS, _LAKHS),
    EITHER: (_POINT, _COMMA, _POINT_AFTER_GROUPS, _COMMA_AFTER_GROUPS, _LAKHS),
}
# The same for a mark that the file's source states, with the formats that do not contradict it.
_NUMBER_FORMATS |= {
    f"only {mark}": tuple(each for each in _NUMBER_FORMATS[mark] if each[2] == mark) for mark in (".", ",")
}
# Decimal mark → the amounts that prove it; `either` → those that have another value with the other mark.
_MARKS = tuple(map(ord, ".,"))
_EVIDENCE = {
    ".": r"^\D*(\d[\d,'\s]*\.(\d{1,2}|\d{4,})|[1-9]\d{0,2}(,\d{3}){2,})\D*$",
    ",": r"^\D*(\d[\d.'\s]*,(\d{1,2}|\d{4,})|[1-9]\d{0,2}(\.\d{3}){2,})\D*$",
    EITHER: r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$",
}
_NUMBER_WITH_AFFIXES = re.compile(r"(\D*?)((?:(?<![a-z])[.,])?\d(?:.*\d)?)(\D*)", re.IGNORECASE)
_MINUS = frozenset("-\N{MINUS SIGN}")


def parse_numbers(values: pa.StringArray, decimal_mark: str = ".") -> np.ndarray:
    """Return float64, shape (values,), NaN where missing or in no known format.

    Args:
        values: trimmed, null where missing, such as `$1,234.50`, `1.234,50 €`, `USD 12`, `(12)`, `35 %`.
        decimal_mark: of a number such as `1.200` or `1,200`: `.`, `,` or `EITHER`; others show their own,
            unless it is `only .` or `only ,`.
    """
    result = np.full(len(values), np.nan)
    rest = parseable_indices(values)
    bare = pc.utf8_trim(values, characters=_CURRENCY_AFFIXES).take(pa.array(rest))
    for pattern, thousands, decimal in _NUMBER_FORMATS[decimal_mark]:
        if len(rest) == 0:
            break
        fits = pc.match_substring_regex(bare, pattern)
        chosen = np.asarray(fits)
        result[rest[chosen]] = _cast(bare.filter(fits), thousands, decimal)
        rest, bare = rest[~chosen], bare.filter(pc.invert(fits))
    texts = values.take(pa.array(rest)).to_numpy(zero_copy_only=False)
    result[rest] = [_parse_number(text, decimal_mark) for text in texts]
    return result


def decimal_mark_evidence(column: DictionaryColumn) -> Counter[str]:
    """Return `.` and `,` → the rows that prove this decimal mark, `EITHER` → those that depend on it.

    A mark before the last one or two digits is a proof, and found at its place from the end; only amounts
    with another ending, such as `1.200` or `12,50 €`, are matched with patterns.
    """
    rest = parseable_indices(column.values)
    texts, counts = column.values.take(pa.array(rest)), column.counts()[rest]
    if len(texts) == 0:
        return Counter()
    *earlier, third, second, last = (_from_end(texts, place) for place in (4, 3, 2, 1))
    before_mark = np.where(np.isin(second, _MARKS), third, earlier[0])
    mark = np.where(np.isin(second, _MARKS), second, np.where(np.isin(third, _MARKS), third, 0))
    proof = (mark > 0) & _is_digit(last) & _is_digit(before_mark)
    others = np.flatnonzero(~proof & (~_is_digit(last) | np.isin(earlier[0], _MARKS)))
    evidence = Counter({chr(code): int(counts[proof & (mark == code)].sum()) for code in _MARKS})
    for kind, pattern in _EVIDENCE.items():
        found = np.asarray(pc.match_substring_regex(texts.take(pa.array(others)), pattern))
        evidence[kind] += int(counts[others][found].sum())
    return evidence


def _from_end(texts: pa.StringArray, place: int) -> np.ndarray:
    """Return the byte at a place from the end of each text, 0 where it is shorter."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    ends = offsets[1:]
    return np.where(ends - offsets[:-1] >= place, data[np.maximum(ends - place, 0)], 0)


def _is_digit(characters: np.ndarray) -> Mask:
    digit: Mask = (characters >= ord("0")) & (characters <= ord("9"))
    return digit


def choose_decimal_mark(evidence: Mapping[str, int]) -> str:
    """Return the mark that more amounts prove, the point if as many prove the comma."""
    return "," if evidence[","] > evidence["."] else "."


def _cast(texts: pa.StringArray, thousands: str, decimal: str) -> np.ndarray:
    if thousands:
        texts = pc.replace_substring(texts, thousands, "")
    if decimal != ".":
        texts = pc.replace_substring(texts, decimal, ".")
    return np.asarray(texts.cast(pa.float64()))


@lru_cache(maxsize=1 << 14)
def _parse_number(text: str, decimal_mark: str) -> float:
    if text.lower() in NUMBER_WORDS:
        return NUMBER_WORDS[text.lower()]
    match = _NUMBER_WITH_AFFIXES.fullmatch(text)
    if match is None:
        return math.nan
    before, number, behind = match.groups()
    value = _unsigned(re.sub(r"[\s']", "", number), decimal_mark)
    return -value if (_MINUS | {"("}) & set(before) or behind.strip() in _MINUS else value


def _unsigned(number: str, decimal_mark: str) -> float:
    digits, _, exponent = number.lower().partition("e")
    for pattern, thousands, decimal in _NUMBER_FORMATS[decimal_mark]:
        if re.match(pattern, digits):
            plain = digits.replace(thousands, "").replace(decimal, ".")
            with suppress(ValueError):
                return float(f"{plain}e{exponent or 0}")
    return math.nan

"""Parses ratings in any format of the sources and rescales them to one to five."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np

from tastetrend_etl.limits import MAX_PARSED_LENGTH, SCALE_SHARE
from tastetrend_etl.schema import NULL_VALUES, NUMBER_WORDS, RATING_SCALES
from tastetrend_etl.transform.words import BEFORE_A_RATING, BEHIND_A_RATING, OUT_OF, POINTS, STARS, plain_text

_NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?"
_STARS = rf"(?:{'|'.join(STARS)})"
_OF = re.compile(rf"({_NUMBER})\s*{_STARS}?\s*(?:{'|'.join(OUT_OF)})\s*(\d+)(?:[.,]0+)?\s*{_STARS}?")
# Pattern → scale; no two patterns match the same text.
_NUMBER_FORMATS = (
    (re.compile(rf"({_NUMBER}|[+-]?inf(?:inity)?|nan)"), None),
    (re.compile(rf"({_NUMBER})\s*(?:%|percent)"), 100),
    (re.compile(rf"({_NUMBER})\s*-?{_STARS}"), 5),
    (re.compile(rf"({_NUMBER})\s*(?:{'|'.join(POINTS)})"), None),
    (re.compile(rf"[★⭐]\s*({_NUMBER})"), 5),
    (re.compile(rf"({_NUMBER})\s*[-–—:=(]\s*[^\W\d_][^\d()]*\)?"), None),  # noqa: RUF001 # `5 - Excellent`
    (re.compile(rf"[^\d()]+\(({_NUMBER})\)"), None),  # `Excellent (5)`
)
_AROUND = re.compile(
    rf"^(?:{'|'.join(BEFORE_A_RATING)})\b[: ]*|[.!]+$|\s*\b(?:{'|'.join(BEHIND_A_RATING)})[.!]*$"
)
_STAR_SYMBOLS = re.compile("([★⭐✭✮🌟\ufe0f]*)(½?)([☆✩]*)")  # the symbols that sources use
_FULL_STARS = frozenset("★⭐✭✮🌟")
_WORDS = re.compile(r"\b(" + "|".join(NUMBER_WORDS) + r")\b")
_TOO_FEW = 20  # numbers, to compare scales


@dataclass(frozen=True)
class Rating:
    """A number, and its scale if the cell gives one."""

    number: float
    scale: int | None = None


def parse_rating(text: str) -> Rating | None:
    """Return the rating in a raw cell, None if it is in no known format."""
    word = text.strip()
    return _parse_word(word.lower()) if len(word) <= MAX_PARSED_LENGTH else None


@lru_cache(maxsize=1 << 14)
def _parse_word(word: str) -> Rating | None:
    if stars := _parse_star_symbols(word):
        return stars
    plain = _WORDS.sub(lambda match: str(NUMBER_WORDS[match[1]]), _AROUND.sub("", plain_text(word)))
    for pattern, scale in _NUMBER_FORMATS:
        if match := pattern.fullmatch(plain):
            return Rating(_float(match[1]), scale)
    if match := _OF.fullmatch(plain):
        return Rating(_float(match[1]), int(match[2])) if int(match[2]) in RATING_SCALES else None
    return None


def is_missing(text: str, null_words: Collection[str] = ()) -> bool:
    """Return whether a raw cell has no value; `nan` is one, a number on no scale.

    Args:
        text: the cell.
        null_words: of the file's source, in lower case.
    """
    plain = text.strip().lower()
    return (plain in NULL_VALUES and plain != "nan") or plain in null_words


def scale_evidence(
    ratings: list[Rating | None], counts: np.ndarray, places: np.ndarray | None
) -> Counter[tuple[int, int]]:
    """Return number of the column and scale → rows whose bare number is on it.

    Args:
        ratings: the distinct ratings.
        counts: int64, shape (ratings,): the rows of each.
        places: int, shape (ratings,): the number of each one's column, None if the file has only one.
    """
    evidence: Counter[tuple[int, int]] = Counter()
    numbers = repeat(0) if places is None else places.tolist()
    for rating, count, place in zip(ratings, counts.tolist(), numbers, strict=False):
        if rating and rating.scale is None:
            for scale in RATING_SCALES:
                evidence[place, scale] += count * (0 < rating.number <= scale)
    return evidence


def choose_scale(evidence: Mapping[tuple[int, int], int], place: int) -> int:
    """Return the smallest scale that 90 % of the numbers of a column are on.

    If neither 5 nor 10 is, the scale is 100 if half of the numbers need it, since a few outliers must not
    turn every 5 into a 1; else 10 if a tenth needs it; else 5.
    """
    five, ten, hundred = (evidence[place, scale] for scale in RATING_SCALES)
    for scale in RATING_SCALES[:2]:
        if evidence[place, scale] >= SCALE_SHARE * hundred:
            return scale
    if hundred >= 2 * ten:
        return RATING_SCALES[2]
    return RATING_SCALES[1] if five <= SCALE_SHARE * ten else RATING_SCALES[0]


def mixed_scales(evidence: Mapping[tuple[int, int], int], scales: Sequence[int]) -> float:
    """Return the share of the numbers on a smaller scale minus that of numbers evenly spread over this one.

    Of several columns, that with the largest; 0.0 when there are too few numbers to compare.
    """
    return max(
        (
            evidence[place, other] / evidence[place, scale] - other / scale
            for place, scale in enumerate(scales)
            for other in RATING_SCALES
            if other < scale and evidence[place, scale] >= _TOO_FEW
        ),
        default=0.0,
    )


def count_tenths(number: np.ndarray, scale: np.ndarray, counts: np.ndarray) -> Counter[tuple[int, int]]:
    """Return scale and tenths of it, to the nearest, → rows, for the numbers that are on their scale.

    Args:
        number: float64, shape (ratings,): the distinct ratings.
        scale: int16, shape (ratings,): the scale of each.
        counts: int64, shape (ratings,): the rows of each.
    """
    on_scale = ~np.isnan(rescale_to_five(number, scale))
    tenths = np.floor(number[on_scale] / scale[on_scale] * 10 + 0.5).astype(np.int64)
    counted: Counter[tuple[int, int]] = Counter()
    for key, rows in zip(
        zip(scale[on_scale].tolist(), tenths.tolist(), strict=True), counts[on_scale].tolist(), strict=True
    ):
        counted[key] += rows
    return counted


def rescale_to_five(number: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return `number / scale * 5`, never below 1, NaN where the number is not on its scale.

    A scale of 10 or 100 begins at 0, its worst answer; stars begin above 0.
    """
    with np.errstate(invalid="ignore"):
        on_scale = (number > 0) | ((number == 0) & (scale > RATING_SCALES[0]))
        on_scale &= number <= scale
        return np.where(on_scale, np.maximum(number / scale * 5, 1.0), np.nan)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _parse_star_symbols(text: str) -> Rating | None:
    match = _STAR_SYMBOLS.fullmatch(text.replace(" ", ""))
    if match is None or not (match[1] or match[3]):
        return None
    return Rating(sum(c in _FULL_STARS for c in match[1]) + (0.5 if match[2] else 0.0), 5)

"""Maps the words for age, gender and ethnicity to the contract's categories."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import compress
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from tastetrend_etl.limits import MAX_AGE, MAX_AGE_SPAN, MAX_PARSED_LENGTH
from tastetrend_etl.models import Mask
from tastetrend_etl.schema import AGE_GROUPS, ETHNICITIES, GENDERS
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.words import AGE_UNITS

_RANGE_SEPARATOR = re.compile(r"\s*(?:-|–|—|to)\s*")  # noqa: RUF001 # en and em dashes as delivered
_UNIT = re.compile(rf"(?:{'|'.join(AGE_UNITS)})(?: old)?\b\.?$")
_AGES = re.compile(r"(\d{1,3})(?:\.0+)?(?:-(\d{1,3}))?")
_OPEN_AGES = re.compile(r"(?:over|above|>=?|≥)(\d{1,3})|(\d{1,3})(?:\+|(?:and|or)(?:over|older|above|more))")
_AGE_BOUNDS = {name: tuple(map(int, name.split("-"))) for name in AGE_GROUPS if "-" in name}
_OPEN_GROUP = next(name for name in AGE_GROUPS if name.endswith("+"))
_OLDEST_FROM = int(_OPEN_GROUP.rstrip("+"))


def map_categories(
    column: DictionaryColumn,
    table: Mapping[str, str],
    normalize: Callable[[str], str],
    further: Mapping[str, str] = MappingProxyType({}),
) -> tuple[pa.StringArray, Mask, Mapping[str, int]]:
    """Return each distinct value's category or null, the mask of the unknown ones, and unknown word → rows.

    Args:
        column: the words.
        table: normalized word → category.
        normalize: takes a word in lower case.
        further: word of the file's source in lower case → category.
    """
    words = column.values.to_pylist()
    categories = [
        further.get(word.lower()) or table.get(normalize(word.lower()))
        if word and len(word) <= MAX_PARSED_LENGTH
        else None
        for word in words
    ]
    unknown = [
        word is not None and category is None for word, category in zip(words, categories, strict=True)
    ]
    rows: Counter[str] = Counter()
    for word, count in compress(zip(words, column.counts().tolist(), strict=True), unknown):
        if count:
            rows[word] += count
    return pa.array(categories, pa.string()), np.array(unknown, bool), rows


def _normalize_word(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip()


def _normalize_age(text: str) -> str:
    """Return the name of an age's group, and that of the group in which the middle of a range is.

    The middle of a range is rounded down: `25-34` is in the group of a guest of 29.
    """
    plain = _RANGE_SEPARATOR.sub("-", _UNIT.sub("", text)).replace(" ", "")
    if plain in AGE_GROUPS:
        return plain
    if match := _AGES.fullmatch(plain):
        first, last = int(match[1]), int(match[2] or match[1])
        return _age_group((first + last) // 2) if 0 <= last - first <= MAX_AGE_SPAN else plain
    if (match := _OPEN_AGES.fullmatch(plain)) and int(match[1] or match[2]) >= _OLDEST_FROM:
        return _OPEN_GROUP
    return plain


def _age_group(age: int) -> str:
    """Return the name of the first group that has this age, empty where none does."""
    fitting = (name for name, (first, last) in _AGE_BOUNDS.items() if first <= age <= last)
    return next(fitting, _OPEN_GROUP if _OLDEST_FROM < age <= MAX_AGE else "")


# Field → output column, and how to map its words.
CATEGORIES: Mapping[str, tuple[str, Mapping[str, str], Callable[[str], str]]] = {
    "age_range": ("age_group", AGE_GROUPS, _normalize_age),
    "gender": ("gender_norm", GENDERS, _normalize_word),
    "ethnicity": ("ethnicity_norm", ETHNICITIES, _normalize_word),
}

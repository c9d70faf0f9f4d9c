"""Maps the words for age, gender and ethnicity to the contract's categories."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import compress

import numpy as np
import pyarrow as pa

from tastetrend_etl.limits import MAX_PARSED_LENGTH
from tastetrend_etl.models import Mask
from tastetrend_etl.schema import AGE_GROUPS, ETHNICITIES, GENDERS
from tastetrend_etl.transform.dictionary_column import DictionaryColumn

_RANGE_SEPARATOR = re.compile(r"\s*(?:-|–|—|to)\s*")  # noqa: RUF001 # en and em dashes as delivered


def map_categories(column: DictionaryColumn, field: str) -> tuple[pa.StringArray, Mask, Mapping[str, int]]:
    """Return the category of each distinct value, null where missing or unknown.

    Args:
        column: the words.
        field: `age_range`, `gender` or `ethnicity`.

    Returns:
        The categories, the mask of the unknown words, and unknown word → rows.
    """
    table, normalize = _RULES[field]
    words = column.values.to_pylist()
    categories = [
        table.get(normalize(word.lower())) if word and len(word) <= MAX_PARSED_LENGTH else None
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
    """Bring `18 - 25` and `18 to 25` to `18-25`."""
    return _RANGE_SEPARATOR.sub("-", text).replace(" ", "")


_RULES: Mapping[str, tuple[Mapping[str, str], Callable[[str], str]]] = {
    "age_range": (AGE_GROUPS, _normalize_age),
    "gender": (GENDERS, _normalize_word),
    "ethnicity": (ETHNICITIES, _normalize_word),
}

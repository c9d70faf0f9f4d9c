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


def map_categories(
    column: DictionaryColumn, table: Mapping[str, str], normalize: Callable[[str], str]
) -> tuple[pa.StringArray, Mask, Mapping[str, int]]:
    """Return each distinct value's category or null, the mask of the unknown ones, and unknown word → rows.

    Args:
        column: the words.
        table: normalized word → category.
        normalize: takes a word in lower case.
    """
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


# Field → output column, and how to map its words.
CATEGORIES: Mapping[str, tuple[str, Mapping[str, str], Callable[[str], str]]] = {
    "age_range": ("age_group", AGE_GROUPS, _normalize_age),
    "gender": ("gender_norm", GENDERS, _normalize_word),
    "ethnicity": ("ethnicity_norm", ETHNICITIES, _normalize_word),
}

"""Chooses the words in no category that a report may show."""

import re
from collections.abc import Mapping

# A report shows an unknown word only if it may be a category, not a name, an address or a number of a person.
_MAX_WORDS = 10
_MAX_WORD_LENGTH = 24
_MIN_ROWS_OF_A_WORD, _MIN_ROWS_OF_A_PHRASE = 2, 5  # a word of one row may be a person's first name
_WORD = re.compile(r"[^\W\d_]+(?:[-/'][^\W\d_]+)*")
_PHRASE = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")
_AGE = re.compile(
    r"(?:[<>=≥≤~]{1,2} ?|(?:over|above|under|below|up to|from|age|aged) )?"
    r"(?:\d{1,3}|\d{1,2} ?(?:-|–|—|to) ?\d{1,3})"  # noqa: RUF001 # en and em dashes as delivered
    r"(?: ?\+| (?:and|or) (?:over|older|above|more|under|younger|below))?(?: ?(?:years|yrs|y)(?: old)?)?",
    re.IGNORECASE,
)
"""No longer number: it may be a telephone's."""


def shown_words(column: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Return word → rows for the most frequent of the words that may be categories.

    A column with more unknown words than are shown may hold names: of its words, only those that several rows
    share are shown.

    Args:
        column: the category column.
        counts: unknown word → rows.
    """
    fewest = _MIN_ROWS_OF_A_PHRASE if len(counts) > _MAX_WORDS else _MIN_ROWS_OF_A_WORD
    words = [(word, rows) for word, rows in counts.items() if _is_category(column, word, rows, fewest)]
    return dict(sorted(words, key=lambda pair: (-pair[1], pair[0]))[:_MAX_WORDS])


def _is_category(column: str, word: str, rows: int, fewest: int) -> bool:
    """Return whether this is an age, a word that enough rows share, or several that many rows share."""
    if len(word) > _MAX_WORD_LENGTH:
        return False
    if column == "age_range" and _AGE.fullmatch(word):
        return True
    pattern = _PHRASE if rows >= _MIN_ROWS_OF_A_PHRASE else _WORD
    return rows >= fewest and pattern.fullmatch(word) is not None

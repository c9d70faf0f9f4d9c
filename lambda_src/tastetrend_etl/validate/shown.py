"""Decides which unknown words a report may show: a category, but nobody's name, address or number."""

import re
from collections.abc import Mapping

_MOST = 10
_LONGEST = 24
_ROWS_OF_A_CATEGORY = 5
_ONE_WORD = re.compile(r"[^\W\d_]+(?:[-/'][^\W\d_]+)*")
_SEVERAL_WORDS = re.compile(rf"{_ONE_WORD.pattern}(?: {_ONE_WORD.pattern})*")


def shown(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the commonest words that may be shown.

    Args:
        counts: word → rows.
    """
    words = {word: rows for word, rows in counts.items() if _is_category(word, rows)}
    return dict(sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST])


def _is_category(word: str, rows: int) -> bool:
    """Say whether this is one word of letters, or several that many rows share."""
    pattern = _SEVERAL_WORDS if rows >= _ROWS_OF_A_CATEGORY else _ONE_WORD
    return len(word) <= _LONGEST and pattern.fullmatch(word) is not None

"""Splits a text into sentences, the unit that is embedded and found."""

import re

SENTENCES_VERSION = 1
"""Of the rule; raise it with every change, so that all texts are split again."""

_END = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff01\uff1f])\s*|[\r\n\u2028\u2029]+")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, without white space around them and without empty ones.

    A sentence ends at a line end, after `.`, `!`, `?` or an ellipsis before white space, and after the
    full-width signs of Chinese and Japanese.
    """
    return [sentence for part in _END.split(text) if (sentence := part.strip())]

"""Finds and masks the name of one customer in cells, texts and raw records."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tastetrend_etl.errors import TasteTrendError
from tastetrend_etl.pseudonym import normalize
from tastetrend_etl.schema import NULL_VALUES
from tastetrend_etl.transform.words import ANONYMOUS_NAMES

ERASED = "[erased]"
"""What replaces the name in other people's texts."""

_MIN_LETTERS = 2
_LETTER = r"[^\W\d_]"
_APOSTROPHE = re.compile("['\u2018\u2019\u02bc\u0060\u00b4]")
_ANY_APOSTROPHE = "(?:['\u2018\u2019\u02bc\u0060\u00b4]|\\\\u2019|\\\\u2018)"
# Scripts without spaces between words: a name has no boundaries there.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff]")
# Not a tab, which may be between two cells. An escaped line end is one in JSON.
_BETWEEN = r"(?:(?:[^\S\t]|\\[nrt])++|[._-])"
_BETWEEN_REVERSED = rf"(?:,[^\S\t]++|{_BETWEEN})"
# Between the cells of a record in any format.
_CELL_ENDS = re.compile(r'[",;\t|^~{}\[\]:\x01\x1f\r\n]+')
_PART = re.compile(r"[^\W_]+")
_ESCAPED_CHARACTER, _ESCAPED_SPACE = re.compile(r"\\u([0-9a-fA-F]{4})"), re.compile(r"\\[nrt]")


class InvalidNameError(TasteTrendError):
    """What is given as a name is none, or one that many use; the message does not quote it."""


def check_name(name: str) -> None:
    """Check that a name is somebody's, before anything is searched for it.

    Raises:
        InvalidNameError: it is too short, a word for no value, or a name such as `Guest`.
    """
    if sum(map(str.isalpha, name)) < _MIN_LETTERS or name.strip().lower() in NULL_VALUES:
        raise InvalidNameError("a customer's name has at least two letters; nothing was searched")
    if " ".join(name.casefold().split()) in ANONYMOUS_NAMES:
        raise InvalidNameError("many customers use this name, so it is nobody's; nothing was searched")


@dataclass(frozen=True)
class Customer:
    """A customer by name: names are the same if their pseudonyms are.

    The full name is found in both orders and in any case; a name of one word only as written, capitalized and
    in capitals, as many are words of some language. Curated parts have the `pseudonym` instead.
    """

    name: str = field(repr=False)
    pseudonym: str = ""

    def is_own(self, cell: str) -> bool:
        """Return whether a cell is this customer's name, and nothing else."""
        return normalize(cell) == self._normalized

    def is_in(self, text: str, keep: Iterable[str] = ()) -> bool:
        """Return whether the name is in a text, outside of the longer names to keep."""
        plain = _plain(text)
        if not self._pattern.search(plain):
            return False
        for name in keep:
            plain = plain.replace(_plain(name), " ")
        return self._pattern.search(plain) is not None

    def is_cell_of(self, record: str) -> bool:
        """Return whether a cell of a record in an unknown format is this customer's name."""
        return self.may_be_in(record) and any(map(self.is_own, _CELL_ENDS.split(record)))

    def mask(self, text: str, keep: Sequence[str] = ()) -> str:
        """Return a text with `[erased]` instead of the name, except within the longer names to keep."""
        kept = _alternatives(form for name in keep for form in _written_forms([name]))
        pattern = re.compile(f"(?P<kept>{kept})|{self._pattern.pattern}") if keep else self._pattern
        return pattern.sub(lambda found: (found["kept"] if keep else None) or ERASED, text)

    def may_be_in(self, text: str) -> bool:
        """Return whether the name can be in a text in any form: quick, and sometimes wrongly so."""
        return self._longest_part in normalize(_plain(text))

    @cached_property
    def _normalized(self) -> str:
        return normalize(self.name)

    @cached_property
    def _words(self) -> list[str]:
        return [
            word for part in unicodedata.normalize("NFKC", self.name).split() if (word := part.strip(","))
        ]

    @cached_property
    def _longest_part(self) -> str:
        """Return the longest run of letters, as apostrophes differ."""
        return max(_PART.findall(self._normalized), key=len, default="")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = self._words
        if len(words) == 1:
            (word,) = words
            return re.compile(_bounded(_word([word, word.capitalize(), word.title(), word.upper()]), word))
        forms = [_word([word, word.lower(), word.upper()]) for word in words]
        reversed_orders = ([forms[-1], *forms[:-1]], [*forms[1:], forms[0]])
        between = _BETWEEN_REVERSED if "," in self.name else _BETWEEN
        orders = [between.join(forms), *(_BETWEEN_REVERSED.join(order) for order in reversed_orders)]
        return re.compile(f"(?i:{_bounded('(?:' + '|'.join(orders) + ')', ''.join(words))})")


def _plain(text: str) -> str:
    """Return a text without escapes, in Unicode's form NFKC."""
    if "\\" in text:
        text = _ESCAPED_CHARACTER.sub(lambda found: chr(int(found[1], 16)), text)
        text = _ESCAPED_SPACE.sub(" ", text)
    return unicodedata.normalize("NFKC", text)


def _word(spellings: Iterable[str]) -> str:
    return f"(?:{_alternatives(_written_forms(spellings))})"


def _alternatives(forms: Iterable[str]) -> str:
    return "|".join(_APOSTROPHE.sub(lambda _: _ANY_APOSTROPHE, re.escape(form)) for form in forms)


def _written_forms(spellings: Iterable[str]) -> list[str]:
    """Return how a raw file may write these words: composed or not, escaped in JSON, with doubled quotes."""
    forms = {unicodedata.normalize(form, word) for word in spellings for form in ("NFC", "NFD", "NFKC")}
    escaped = {json.dumps(form)[1:-1] for form in forms} | {form.replace('"', '""') for form in forms}
    return sorted(forms | escaped, key=lambda form: (-len(form), form))


def _bounded(pattern: str, letters: str) -> str:
    """Return a pattern that matches no part of a longer word; an escaped line end is no letter."""
    before = "" if _UNSPACED.match(letters[0]) else rf"(?:(?<!{_LETTER})|(?<=\\[nrt]))"
    after = "" if _UNSPACED.match(letters[-1]) else rf"(?!{_LETTER})"
    return before + pattern + after

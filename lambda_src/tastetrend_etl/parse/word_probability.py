"""How probable a decoded word is in a language: the natural logarithm, roughly, of its odd characters' only.

ASCII costs nothing, since all code pages read it alike. A letter costs its share in the language, and more
beside letters that are rarely its neighbours; other characters cost a constant, by where they stand.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from tastetrend_etl.parse.letters import ALPHABETS, LETTERS

_USUAL_NEIGHBOUR, _RARE_NEIGHBOUR, _OF_ANOTHER_SCRIPT = math.log(0.1), math.log(0.01), -9.5
_OF_ANOTHER_KIND = math.log(0.002)  # a vowel where only consonants are usual, or a consonant among vowels
_CAPITAL, _CAPITAL_INSIDE, _LONE_CONSONANT = -1.0, -6.0, -6.0
_FOREIGN, _UNDECODABLE = -16.0, -18.0
_MARK, _SIGN, _UNUSUAL, _MISPLACED, _INSIDE_WORD = -6.0, -7.5, -11.0, -18.0, -25.0
_COMMON_IDEOGRAPH, _ORDINARY_IDEOGRAPH, _RARE_IDEOGRAPH, _WIDE_MARK = -5.7, -14.0, -26.0, -8.0

# By where they may stand: before a word, after one, inside one.
_OPENING, _CLOSING, _DASHES = frozenset("‘“«„‹•"), frozenset("”»…›"), frozenset("–—")
_SIGNS = frozenset("€£¥¢§©®°±²³·¹ºª¼½¾¿¡™×¨´µ№¬¶")
_AFTER_LETTER, _BEFORE_CAPITAL = frozenset("°ºª™®©"), frozenset("¿¡")

_MIN_JOINED = 2  # letters of a word that a dash joins to another
_VOWELS = "aeiouyæœøı"
_FIRST_FREQUENCY, _DECAY = 0.105, 0.91  # of an alphabet's letters, by rank


class _Letter(NamedTuple):
    """A letter's logarithmic frequency, and if it is Latin its usual neighbours and its kind."""

    score: float
    before: str = ""
    after: str = ""
    is_consonant: bool = False


def letters_score(text: str, language: str, symbol_surcharge: float) -> float:
    """Return the score of a word in a language written with letters."""
    table = _letter_table(language)
    total = 0.0
    for place, character in enumerate(text):
        if character.isascii():
            continue
        left = text[place - 1] if place else "_"
        right = text[place + 1] if place + 1 < len(text) else "_"
        known = table.get(character.lower()) or table.get(character)  # `İ` is two characters in lower case
        if known is None:
            if character in _DASHES and 0 < min(place, len(text) - place - 1) < _MIN_JOINED:
                total += _MISPLACED
            total += _symbol(character, at_left=left.isalpha(), right=right) + symbol_surcharge
            continue
        total += known.score + _neighbour(left, known.before) + _neighbour(right, known.after)
        if len(text) == 1 and known.is_consonant:
            total += _LONE_CONSONANT
        if character.isupper():
            total += _CAPITAL_INSIDE if left.islower() else 0.0 if left.isupper() else _CAPITAL
    return total


def ideographs_score(text: str, common: str, is_ordinary: Callable[[str], bool]) -> float:
    """Return the score of a word of ideographs, kana or syllables.

    Args:
        text: the word.
        common: the most frequent characters of the language.
        is_ordinary: tells the other characters in use from the rare ones.
    """
    total = 0.0
    for place, character in enumerate(text):
        if character.isascii():
            continue
        total += _ideograph(character, common, is_ordinary)
        beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
        total += sum(_OF_ANOTHER_SCRIPT for each in beside if each.isascii() and each.isalpha())
    return total


@lru_cache(maxsize=1 << 12)
def _neighbour(letter: str, usual: str) -> float:
    if not usual:
        return _OF_ANOTHER_SCRIPT if letter.isascii() and letter.isalpha() else _USUAL_NEIGHBOUR
    plain = letter.lower() if letter.isalpha() else "_"
    if plain in usual:
        return _USUAL_NEIGHBOUR
    kinds = {_is_vowel(each) for each in usual if each != "_"}
    return _RARE_NEIGHBOUR if plain == "_" or _is_vowel(plain) in kinds else _OF_ANOTHER_KIND


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in _VOWELS


def _symbol(character: str, *, at_left: bool, right: str) -> float:
    """Return the score of a character that is no letter of the language, `at_left` behind a letter."""
    at_right = right.isalpha()
    if character == "\N{REPLACEMENT CHARACTER}":
        return _UNDECODABLE
    if character == "’":
        return _UNUSUAL if at_right and not at_left else _MARK
    if character in _DASHES or character == "\xa0":
        return _UNUSUAL if at_left or at_right else _MARK
    if character in _OPENING or character in _CLOSING:
        return _MISPLACED if (at_left if character in _OPENING else at_right) else _MARK
    if character not in _SIGNS:
        return _FOREIGN
    after = at_left and character not in _AFTER_LETTER
    before = at_right and not (character in _BEFORE_CAPITAL and right.isupper())
    misplaced = _INSIDE_WORD if at_left and at_right and character != "·" else _MISPLACED  # `col·legi`
    return misplaced if before or after else _SIGN


def _ideograph(character: str, common: str, is_ordinary: Callable[[str], bool]) -> float:
    if character == "\N{REPLACEMENT CHARACTER}":
        return _UNDECODABLE
    if character in common:
        return _COMMON_IDEOGRAPH
    if "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uff5e" or character in "ー★☆":
        return _WIDE_MARK
    return _ORDINARY_IDEOGRAPH if is_ordinary(character) else _RARE_IDEOGRAPH


@lru_cache
def _letter_table(language: str) -> Mapping[str, _Letter]:
    if language in ALPHABETS:
        scores = (math.log(_FIRST_FREQUENCY * _DECAY**rank) for rank in range(len(ALPHABETS[language])))
        return dict(zip(ALPHABETS[language], map(_Letter, scores), strict=True))
    table = {}
    for entry in LETTERS[language].split():
        frequency, _, neighbours = entry.partition(":")
        before, _, after = neighbours.partition("/")
        letter, share = frequency[0], int(frequency[1:]) / 10_000
        table[letter] = _Letter(math.log(share), before, after, not _is_vowel(letter))
    return table

"""Replaces what identifies the customer in a text: e-mail addresses, phone numbers, the customer's name."""

import re
import unicodedata
from functools import lru_cache

MASK_VERSION = 2
"""Of the rules here; raise it with every change, so that all texts are masked and embedded again."""

_PLACEHOLDER = r"\[(?:email|phone|guest)\]"
_MIN_PART = 3  # letters; shorter parts are words of some language
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u02b9\u0060\u00b4\u2032"), "'")
# Scripts that write no spaces between words, or add particles to names: no boundary is needed.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff"
_LETTER = r"[^\W\d_]"
_WORD = rf"[^\W{_UNSPACED}]"
# Possessive quantifiers, and no condition at the end: no text takes the square of its length.
_EMAIL = rf"(?<!{_WORD})(?<![.+%'-])(?:{_WORD}|[.+%'-])++@(?:{_WORD}|-)++(?:\.(?:{_WORD}|-)++)++"
_PHONE = r"(?<![\w.,/-])\(?\+?\(?\d(?:(?:\) ?|[ .\-/]\(?)?\d)++"
_PLACEHOLDERS = re.compile(_PLACEHOLDER)
_CONTACT = re.compile(rf"{_PLACEHOLDER}|(?P<email>{_EMAIL})|(?P<phone>{_PHONE})")
_YEAR = r"(?:19|20)\d{2}"
_DATE = re.compile(rf"(?:{_YEAR}([-./])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-./])\d{{1,2}}\2{_YEAR})(?!\d)")
_BETWEEN_PARTS = r"[\s,.'_-]++"
_MIN_DIGITS, _MIN_BARE_DIGITS = 7, 9  # of a phone number with a sign between its digits, and without


def mask(text: str, customer_name: str | None) -> str:
    """Return a text with `[email]`, `[phone]` and `[guest]`.

    The full name is replaced in both orders and in any case; of its parts, those of three letters or more, as
    written, capitalized and in capitals. A text in which something is replaced is returned in Unicode's form
    NFKC; any other is returned as it is.
    """
    normal, name = _normalize(text), _normalize(customer_name or "")
    masked = _mask_once(normal, name)
    if masked == normal:
        return text
    while (again := _mask_once(masked, name)) != masked:
        masked = again
    return masked


def without_placeholders(sentence: str) -> str:
    """Return a masked sentence as it is embedded.

    A placeholder is a word of the mask: embedded, `[guest]` would be near each question about guests.
    """
    return _PLACEHOLDERS.sub("", sentence).strip()


def _normalize(text: str) -> str:
    straight = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    return straight.translate(_APOSTROPHES)


def _mask_once(text: str, name: str) -> str:
    masked = _CONTACT.sub(_mask_contact, text)
    if not _may_contain(masked, name):
        return masked
    return _name_pattern(name).sub(lambda found: found[1] or "[guest]", masked)


def _mask_contact(found: re.Match[str]) -> str:
    if found["email"]:
        return "[email]"
    return "[phone]" if found["phone"] and _is_phone(found["phone"]) else found[0]


def _is_phone(number: str) -> bool:
    least = _MIN_BARE_DIGITS if number.isdigit() else _MIN_DIGITS
    return sum(map(str.isdigit, number)) >= least and not _DATE.match(number)


def _may_contain(text: str, name: str) -> bool:
    """Return whether the name may be in the text: to build its pattern takes longer."""
    words, folded = _words(name), _fold(text)
    return any(_fold(part) in folded for part in _parts(words)) or (
        len(words) > 1 and all(_fold(word) in folded for word in words)
    )


def _fold(text: str) -> str:
    return text.casefold().replace("\u0307", "")  # of a capital I with a dot


def _words(name: str) -> list[str]:
    return [word for part in re.split(r"[\s,]+", name) if (word := part.strip(".'-"))]


def _parts(words: list[str]) -> list[str]:
    """Return the parts that are replaced on their own: long enough, or the whole of a name of one word."""
    runs = [run for word in words for run in re.findall(rf"{_LETTER}+", word)]
    return [part for part in dict.fromkeys([*words, *runs]) if len(part) >= _MIN_PART or [part] == words]


@lru_cache(1_024)
def _name_pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a name; its first group is a placeholder, which stays."""
    words = _words(name)
    forms = {form for part in _parts(words) for form in (part, part.capitalize(), part.title(), part.upper())}
    parts = [_bounded(re.escape(form), form) for form in sorted(forms, key=lambda form: (-len(form), form))]
    return re.compile("|".join([f"({_PLACEHOLDER})", *_full_names(words), *parts]))


def _full_names(words: list[str]) -> list[str]:
    """Return the patterns of a full name: as written, with the last word first, with the first word last."""
    if len(words) == 1 or len("".join(words)) < _MIN_PART:
        return []
    orders = [words, [words[-1], *words[:-1]], [*words[1:], words[0]]]
    joined = [(_BETWEEN_PARTS.join(map(re.escape, order)), "".join(order)) for order in orders]
    return [f"(?i:{_bounded(pattern, letters)})" for pattern, letters in joined]


def _bounded(pattern: str, letters: str) -> str:
    """Return a pattern that matches no part of a longer word, in scripts that have spaces."""
    before = "" if _is_unspaced(letters[0]) else rf"(?<!{_LETTER})"
    after = "" if _is_unspaced(letters[-1]) else rf"(?!{_LETTER})"
    return before + pattern + after


def _is_unspaced(letter: str) -> bool:
    return re.match(f"[{_UNSPACED}]", letter) is not None

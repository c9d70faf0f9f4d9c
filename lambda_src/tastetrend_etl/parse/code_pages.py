"""Chooses the code page in which the words of a file that is not UTF-8 are most probable."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from tastetrend_etl.limits import MAX_CODE_PAGE_WORDS
from tastetrend_etl.parse.letters import ALPHABETS, CHARACTERS
from tastetrend_etl.parse.word_probability import ideographs_score, letters_score

_WESTERN = ("fr", "de", "es", "pt", "it", "nl", "da", "sv", "fi", "is", "ca", "sq", "et")
_CENTRAL = ("pl", "cs", "sk", "hu", "sh", "sl", "ro")
_CYRILLIC = ("ru", "uk", "bg", "mk", "sr")
_RARITY = 6.0  # the natural logarithm of how much rarer another code page of Windows is than cp1252


@dataclass(frozen=True)
class CodePage:
    """A code page and the languages written in it.

    Attributes:
        prior: the natural logarithm of how much rarer it is than cp1252.
        leads: of a double-byte code page: the first and last lead byte of its ordinary characters.
    """

    encoding: str
    languages: tuple[str, ...]
    prior: float = -_RARITY
    leads: tuple[int, int] | None = None

    @property
    def least_probability(self) -> float:
        """Return what a character beyond ASCII of a real text exceeds on average."""
        if self.leads:
            return -11.0
        return -9.0 if self.languages[0] in ALPHABETS else -12.5 if self.prior else -15.5


CODE_PAGES: Sequence[CodePage] = (
    CodePage("cp1252", _WESTERN, prior=0.0),
    CodePage("cp1250", _CENTRAL),
    CodePage("cp1251", _CYRILLIC),
    CodePage("cp1253", ("el",)),
    CodePage("cp1254", ("tr", "de", "fr")),
    CodePage("cp1255", ("he",)),
    CodePage("cp1256", ("ar", "fa")),
    CodePage("cp1257", ("lt", "lv", "et")),
    CodePage("gb18030", ("zh",), leads=(0xB0, 0xD7)),
    CodePage("cp950", ("zh-hant",), leads=(0xA4, 0xC6)),
    CodePage("cp932", ("ja",), leads=(0x82, 0x97)),
    CodePage("euc_jp", ("ja",), leads=(0xA4, 0xCF), prior=-8.0),
    CodePage("cp949", ("ko",), leads=(0xB0, 0xC8)),
    CodePage("iso8859_2", _CENTRAL, prior=-8.0),
    CodePage("iso8859_15", _WESTERN, prior=-8.0),
    CodePage("iso8859_7", ("el",), prior=-8.0),
    CodePage("koi8_r", _CYRILLIC, prior=-8.0),
    CodePage("cp866", _CYRILLIC, prior=-8.0),
    CodePage("mac_cyrillic", _CYRILLIC, prior=-8.0),
    CodePage("mac_roman", _WESTERN, prior=-8.0),
    CodePage("cp850", _WESTERN, prior=-8.0),
)
_BY_NAME = {page.encoding: page for page in CODE_PAGES}
_DEFAULT = CODE_PAGES[0]

_ODD_RUN = re.compile(rb"[\x80-\xff][\x40-\xff']*")  # no byte below 0x40 ends a double-byte character
_WORD_START = re.compile(rb"[A-Za-z']*\Z")
_START_BYTES, _MAX_WORD_BYTES = 24, 40

_MAX_TRIED = 500  # of each part of the file, because words repeat
_MAIN_LANGUAGE = 0.85  # the share of a file's words that are in its language
_SYMBOL_SURCHARGE = -4.0  # of other code pages than cp1252, which exist for their letters
_IMPROBABLE_WORD = -15.5  # a character
_MAX_IMPROBABLE, _MAX_IMPROBABLE_OTHERS = 0.15, 0.3  # shares of the words, of cp1252 and of other code pages
_LEAD, _LEAD_OF_OTHERS = 1.5, 5.0


class Reading(NamedTuple):
    """How probable the sampled words are in a code page.

    Attributes:
        score: the natural logarithm of their probability and the code page's.
        per_character: the mean of that of a character beyond ASCII, without the code page's.
        improbable: the share of the words that are in none of the languages.
        words: the words as read.
    """

    encoding: str
    score: float
    per_character: float
    improbable: float
    words: tuple[str, ...]


class Choice(NamedTuple):
    """The most probable code page, whether the evidence is strong, and the scores of the best three."""

    encoding: str
    certain: bool
    scores: dict[str, float]


def odd_words(lines: bytes, found: dict[bytes, None]) -> None:
    """Add distinct words with bytes from 0x80 on that are not UTF-8, until there are enough of the file."""
    for match in islice(_ODD_RUN.finditer(lines), _MAX_TRIED):
        if len(found) >= MAX_CODE_PAGE_WORDS:
            return
        head = _WORD_START.search(lines[max(0, match.start() - _START_BYTES) : match.start()])
        word = (head[0] if head else b"") + match[0]
        if not is_utf8(word):
            found[word[:_MAX_WORD_BYTES]] = None


def choose_code_page(words: Iterable[bytes]) -> Choice:
    """Return the code page in which the words are most probable; cp1252 if it reads them just so."""
    words = list(words)
    readings = sorted((_read(words, page) for page in CODE_PAGES), key=lambda each: -each.score)
    best = readings[0]
    is_default = any(each.encoding == _DEFAULT.encoding and each.words == best.words for each in readings)
    others = (_evidence(each) for each in readings if each.words != best.words)
    certain = (
        _evidence(best) - max(others, default=-math.inf) >= (_LEAD if is_default else _LEAD_OF_OTHERS)
        and best.per_character >= _BY_NAME[best.encoding].least_probability
        and best.improbable <= (_MAX_IMPROBABLE if is_default else _MAX_IMPROBABLE_OTHERS)
    )
    encoding = _DEFAULT.encoding if is_default else best.encoding
    return Choice(encoding, certain, {each.encoding: round(each.score, 1) for each in readings[:3]})


def _evidence(reading: Reading) -> float:
    """Return the score with all code pages of Windows equally common: a file is in whichever it is in."""
    return reading.score + (0.0 if reading.encoding == _DEFAULT.encoding else _RARITY)


def is_utf8(data: bytes) -> bool:
    """Return whether a few bytes are valid UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_double_byte(encoding: str) -> bool:
    """Return whether a code page has characters of two bytes."""
    return encoding in _BY_NAME and _BY_NAME[encoding].leads is not None


def _read(words: Sequence[bytes], page: CodePage) -> Reading:
    texts = tuple(_decode(word, page) for word in words)
    odd = [max(sum(not character.isascii() for character in text), 1) for text in texts]
    if page.leads:
        total, improbable = sum(_ideographs(text, page) for text in texts), 0
    else:
        surcharge = _SYMBOL_SURCHARGE if page is not _DEFAULT else 0.0
        scores = [[letters_score(text, each, surcharge) for each in page.languages] for text in texts]
        total = _coherent(scores)
        improbable = sum(max(row) < _IMPROBABLE_WORD * count for row, count in zip(scores, odd, strict=True))
    return Reading(page.encoding, total + page.prior, total / sum(odd), improbable / len(texts), texts)


def _decode(word: bytes, page: CodePage) -> str:
    text = word.decode(page.encoding, "replace")
    is_cut = page.leads and len(word) == _MAX_WORD_BYTES
    return text.removesuffix("\N{REPLACEMENT CHARACTER}") if is_cut else text


def _ideographs(text: str, page: CodePage) -> float:
    first, last = page.leads or (0, 0)
    return ideographs_score(
        text, CHARACTERS[page.languages[0]], lambda each: first <= each.encode(page.encoding)[0] <= last
    )


def _coherent(scores: Sequence[Sequence[float]]) -> float:
    """Return the score of words, given word by word in each language, of a file that is mainly in one."""
    languages = len(scores[0])
    share = (1 - _MAIN_LANGUAGE) / languages
    totals = [0.0] * languages
    for row in scores:
        top = max(row)
        others = share * sum(math.exp(score - top) for score in row)
        for place, score in enumerate(row):
            totals[place] += top + math.log(_MAIN_LANGUAGE * math.exp(score - top) + others)
    return max(totals)

"""Draws files of any language, encoding, layout, form and odd rows that go together."""

import random

from tests.unit.mixed_files.file_table import HEADERS, MixedFile
from tests.unit.mixed_files.generator import generate
from tests.unit.mixed_files.written_forms import AMOUNTS, DATES, RATINGS

_CODE_PAGES = {
    "en": "ascii cp1252", "de": "cp1252 cp850 mac_roman", "fr": "cp1252 mac_roman", "es": "cp1252 cp850",
    "it": "cp1252 mac_roman", "pt": "cp1252 cp850", "nl": "cp1252", "sv": "cp1252 mac_roman",
    "pl": "cp1250 iso8859_2", "cs": "cp1250 iso8859_2", "hu": "cp1250 iso8859_2", "uk": "cp1251",
    "ru": "cp1251 koi8_r cp866 mac_cyrillic", "el": "cp1253 iso8859_7", "tr": "cp1254", "ar": "cp1256",
    "zh": "gb18030 gb2312", "zh-hant": "big5", "ja": "cp932 euc_jp", "ko": "euc_kr cp949",
}  # fmt: skip
_UNICODE = "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be"
_ODD = (
    "missing duplicates quotes multiline delimiters blank ragged empty header totals preamble emoji curly "
    "gzip"
)
_NOT_IN_JSON = {"ragged", "header", "totals", "preamble", "blank"}
_NOT_IN_WRAPPED_LINES = {"multiline", "ragged", "header", "delimiters", "quotes", "blank"}
_OF_FIVE = sorted(RATINGS.keys() - {"ten", "hundred"})  # a bare number in a column whose name gives the scale


def random_file(seed: int) -> MixedFile:
    """Return a file whose cells its encoding has all characters for."""
    numbers = random.Random(seed)  # noqa: S311 # not for cryptography
    while True:
        file = _draw(numbers)
        try:
            generate(file, seed)
        except UnicodeEncodeError:
            continue
        return file


def _draw(numbers: random.Random) -> MixedFile:
    language = numbers.choice(list(_CODE_PAGES))
    header = numbers.choice(list(HEADERS))
    layout = numbers.choice(["csv"] * 6 + ["lines", "array", "wrapped", "split", "columns"])
    is_csv = layout == "csv"
    quoting = numbers.choice(["minimal"] * 4 + ["all", "line", "apostrophe"]) if is_csv else "minimal"
    left_out = _NOT_IN_WRAPPED_LINES if quoting == "line" else set() if is_csv else _NOT_IN_JSON
    odd = [word for word in _ODD.split() if numbers.random() < 0.35 and word not in left_out]
    ratings = {"form": _OF_FIVE, "form of ten": ["ten"]}.get(header, list(RATINGS))
    return MixedFile(
        language,
        numbers.choice(f"{_CODE_PAGES[language]} {_UNICODE}".split()),
        numbers.randint(30, 110),
        header,
        numbers.choice(list(DATES)),
        numbers.choice(ratings),
        numbers.choice(list(AMOUNTS)),
        numbers.choice(";,\t|^~") if is_csv else ",",
        numbers.choice(["\n", "\r\n", "\r"]),
        quoting,
        layout,
        " ".join(odd),
    )

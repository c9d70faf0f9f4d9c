"""Decides how to read a file that is not valid UTF-8: as UTF-8 with damaged rows, or in a code page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from tastetrend_etl.models import FileEncoding
from tastetrend_etl.parse.byte_stream import line_blocks
from tastetrend_etl.parse.code_pages import choose_code_page, is_double_byte, odd_words

_LINE_FEED, _FIRST_ODD = ord("\n"), 0x80


@dataclass
class _Rows:
    """Lines with bytes from 0x80 on.

    Attributes:
        utf8: lines in which most of them are UTF-8.
        other: the other lines.
        intact: lines that are valid UTF-8.
        wide: those of them that have only characters of three bytes and more.
        words: distinct words that are not UTF-8.
    """

    utf8: int = 0
    other: int = 0
    intact: int = 0
    wide: int = 0
    words: dict[bytes, None] = field(default_factory=dict)


def read_as_legacy(path: Path, encoding: FileEncoding, check_time: Callable[[], None]) -> FileEncoding:
    """Return how to read a file with bytes that are not UTF-8, given how it would be read as UTF-8.

    It stays UTF-8 if most of its lines with bytes from 0x80 on are: a code page makes that hardly ever.
    `check_time` is called for each part of the file; it raises if there is no time left.
    """
    rows = _Rows()
    for lines in line_blocks(path, compressed=encoding.compressed):
        check_time()
        _count(rows, lines)
    evidence = {"utf8_rows": rows.utf8, "other_rows": rows.other}
    if rows.utf8 >= rows.other or not rows.words:
        return replace(encoding, evidence=evidence)
    choice = choose_code_page(rows.words)
    double_byte = is_double_byte(choice.encoding)
    return replace(
        encoding,
        encoding=choice.encoding,
        has_invalid_bytes=False,
        uncertain=not choice.certain,
        has_utf8_rows=(rows.wide if double_byte else rows.intact) > 0,
        double_byte=double_byte,
        evidence=evidence | {"scores": choice.scores},
    )


def _count(rows: _Rows, lines: bytes) -> None:
    if lines.isascii():
        return
    data = np.frombuffer(lines, np.uint8)
    starts = np.flatnonzero(data == _LINE_FEED) + 1
    starts = np.concatenate([[0], starts[starts < len(data)]])
    by_line = partial(np.add.reduceat, indices=starts, dtype=np.int32)
    two, wider = _characters(data)
    odd = by_line(data >= _FIRST_ODD)
    intact_bytes = 2 * by_line(two) + sum(size * by_line(leads) for size, leads in wider.items())
    characters = by_line(two) + sum(map(by_line, wider.values()))
    utf8 = (odd > 0) & (characters > odd - intact_bytes)
    intact = (odd > 0) & (odd == intact_bytes)
    rows.utf8 += int(utf8.sum())
    rows.other += int((odd > 0).sum() - utf8.sum())
    rows.intact += int(intact.sum())
    rows.wide += int((intact & (by_line(two) == 0)).sum())
    odd_words(lines, rows.words)


def _characters(data: np.ndarray) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Return the masks of the bytes that begin a character of UTF-8: of two bytes, and of size → more."""
    trail = np.concatenate([(data & 0xC0) == 0x80, np.zeros(3, bool)])  # noqa: PLR2004 # as UTF-8 defines it
    second, third, fourth = trail[1:-2], trail[2:-1], trail[3:]
    two = (data >= 0xC2) & (data < 0xE0) & second  # noqa: PLR2004
    three = (data >= 0xE0) & (data < 0xF0) & second & third  # noqa: PLR2004
    four = (data >= 0xF0) & (data < 0xF5) & second & third & fourth  # noqa: PLR2004
    return two, {3: three, 4: four}

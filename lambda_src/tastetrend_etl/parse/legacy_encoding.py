"""Decides how to read a file that is not valid UTF-8: as UTF-8 with damaged rows, or in a code page."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tastetrend_etl.models import FileEncoding
from tastetrend_etl.parse.byte_stream import FIRST_WIDE, line_blocks
from tastetrend_etl.parse.code_pages import choose_code_page, is_double_byte, odd_words

_LINE_FEED, _LAST_ASCII = ord("\n"), 0x7F
_FIRST_ESCAPE, _LAST_ESCAPE = 0xDC80, 0xDCFF  # `surrogateescape` makes them of invalid bytes


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


def read_as_legacy(path: Path, encoding: FileEncoding) -> FileEncoding:
    """Return how to read a file with bytes that are not UTF-8.

    It stays UTF-8 if most of its lines with bytes from 0x80 on are: a code page makes that hardly ever.
    """
    rows = _Rows()
    for lines in line_blocks(path, compressed=encoding.compressed):
        _count(rows, lines)
    evidence = {"utf8_rows": rows.utf8, "other_rows": rows.other}
    common = (encoding.nul_bytes, encoding.has_trailing_ctrl_z)
    if rows.utf8 >= rows.other or not rows.words:
        return FileEncoding(encoding.compressed, encoding.encoding, True, *common, evidence=evidence)
    choice = choose_code_page(rows.words)
    double_byte = is_double_byte(choice.encoding)
    return FileEncoding(
        encoding.compressed,
        choice.encoding,
        False,
        *common,
        uncertain=not choice.certain,
        has_utf8_rows=(rows.wide if double_byte else rows.intact) > 0,
        double_byte=double_byte,
        evidence=evidence | {"scores": choice.scores},
    )


def _count(rows: _Rows, lines: bytes) -> None:
    text = lines.decode("utf-8", "surrogateescape")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.flatnonzero(codes > _LAST_ASCII)
    if len(places) == 0:
        return
    ends = np.flatnonzero(codes == _LINE_FEED)
    line = np.searchsorted(ends, places)
    damaged = (codes[places] >= _FIRST_ESCAPE) & (codes[places] <= _LAST_ESCAPE)
    size = int(line[-1]) + 1
    invalid, odd = (np.bincount(each, minlength=size) for each in (line[damaged], line))
    narrow = np.bincount(line[codes[places] < ord(FIRST_WIDE)], minlength=size)
    rows.utf8 += int((odd > 2 * invalid).sum())
    rows.other += int(((odd > 0) & (odd <= 2 * invalid)).sum())
    rows.intact += int(((odd > 0) & (invalid == 0)).sum())
    rows.wide += int(((odd > 0) & (invalid == 0) & (narrow == 0)).sum())
    if rows.other:
        odd_words(lines, rows.words)

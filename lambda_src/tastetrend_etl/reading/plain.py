"""Writes a plain UTF-8 copy of a file that Arrow could not read as it is."""

import codecs
from pathlib import Path

from tastetrend_etl.reading.staged import chunks
from tastetrend_etl.records import Survey

_TAKEN_OUT = str.maketrans("", "", "\0")


def plain_copy(path: Path, found: Survey, target: Path) -> Path:
    """Inflate, decode, and take out NULs and the end-of-file mark; undecodable bytes become U+FFFD."""
    decoder = codecs.getincrementaldecoder(found.encoding)("replace")
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk in chunks(path, compressed=found.compressed):
            out.write(decoder.decode(chunk).translate(_TAKEN_OUT))
        out.write(decoder.decode(b"", final=True))
    _drop_end_mark(target)
    return target


def _drop_end_mark(target: Path) -> None:
    with target.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() and file.seek(-1, 2) is not None and file.read(1) == b"\x1a":
            file.truncate(file.tell() - 1)

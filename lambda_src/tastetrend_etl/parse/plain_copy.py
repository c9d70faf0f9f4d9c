"""Writes a plain UTF-8 copy of a file that Arrow could not read as it is."""

import codecs
from itertools import chain
from pathlib import Path

from tastetrend_etl.models import FileEncoding
from tastetrend_etl.parse.byte_stream import chunks, enforce_size_limit

_TAKEN_OUT = str.maketrans("", "", "\0")


def plain_copy(path: Path, found: FileEncoding, target: Path, limit: int) -> Path:
    """Inflate, decode, and take out NULs and the end-of-file mark; undecodable bytes become U+FFFD.

    Raises:
        RejectedFileError: `too_large`; as UTF-8 the file has more than `limit` bytes.
    """
    decoder = codecs.getincrementaldecoder(found.encoding)("replace")
    written = 0
    with target.open("wb") as out:
        for chunk in chain(chunks(path, compressed=found.compressed), [b""]):
            text = decoder.decode(chunk, final=not chunk)
            written += out.write(text.translate(_TAKEN_OUT).encode())
            enforce_size_limit(limit, written)
    _drop_end_mark(target)
    return target


def _drop_end_mark(target: Path) -> None:
    with target.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() and file.seek(-1, 2) is not None and file.read(1) == b"\x1a":
            file.truncate(file.tell() - 1)

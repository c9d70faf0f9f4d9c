"""Reads the bytes of a raw file, decompressed, and copies them as clean UTF-8."""

import codecs
import gzip
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from tastetrend_etl.errors import TooLargeError
from tastetrend_etl.models import FileEncoding

CHUNK = 1 << 18  # fits the second-level cache, which doubles the speed of a scan
CTRL_Z = b"\x1a"  # the end-of-file mark of DOS
FIRST_WIDE = "\u0800"  # from here on UTF-8 takes three bytes, which two of a double-byte character never are
_MAX_BLOCK = 1 << 22  # of a file without line feeds
_NUL_REMOVAL = str.maketrans("", "", "\0")


def chunks(path: Path, *, compressed: bool) -> Iterator[bytes]:
    """Yield the file's bytes, decompressed if they are gzip."""
    with cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def line_blocks(path: Path, *, compressed: bool) -> Iterator[bytes]:
    """Yield the file's bytes without a byte order mark of UTF-8, cut after line feeds where it has any."""
    rest = b""
    for number, chunk in enumerate(chain(chunks(path, compressed=compressed), [b""])):
        lines, feed, end = chunk.rpartition(b"\n")
        if not number:
            lines = lines.removeprefix(codecs.BOM_UTF8)
            end = end if feed else end.removeprefix(codecs.BOM_UTF8)
        if feed or not chunk or len(rest) > _MAX_BLOCK:
            yield rest + lines + feed
            rest = b""
        rest += end


def enforce_size_limit(limit: int, written: int) -> None:
    """Keep a copy of the file from filling the disk.

    Raises:
        TooLargeError: `too_large`.
    """
    if written > limit:
        raise TooLargeError("too_large", f"the file takes more than {limit:,} bytes to read; split it")


def copy_as_utf8(
    path: Path, encoding: FileEncoding, target: Path, limit: int, check_time: Callable[[], None]
) -> Path:
    """Write a copy that is decompressed UTF-8 without NULs and trailing Ctrl-Z; return its path.

    Bytes that cannot be decoded become U+FFFD. Rows that are UTF-8 in a file that is not are read as UTF-8.
    `check_time` is called for each part of the file; it raises if there is no time left.

    Raises:
        TooLargeError: `too_large`: the copy has more than `limit` bytes.
    """
    written = 0
    with target.open("w+b") as copy:
        for text in _texts(path, encoding):
            check_time()
            written += copy.write(text.translate(_NUL_REMOVAL).encode())
            enforce_size_limit(limit, written)
        copy.seek(max(written - 1, 0))
        if copy.read() == CTRL_Z:
            copy.truncate(written - 1)
    return target


def _texts(path: Path, encoding: FileEncoding) -> Iterator[str]:
    """Yield the file's text in parts."""
    if encoding.has_utf8_rows:
        for lines in line_blocks(path, compressed=encoding.compressed):
            yield "\n".join(_decode_row(line, encoding) for line in lines.split(b"\n"))
        return
    decoder = codecs.getincrementaldecoder(encoding.encoding)("replace")
    skipped = b"" if encoding.encoding.startswith("utf") else codecs.BOM_UTF8
    for chunk in chain(chunks(path, compressed=encoding.compressed), [b""]):
        yield decoder.decode(chunk.removeprefix(skipped), final=not chunk)
        skipped = b""


def _decode_row(line: bytes, encoding: FileEncoding) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return line.decode(encoding.encoding, "replace")
    by_chance = encoding.double_byte and any("\x7f" < each < FIRST_WIDE for each in text)
    return line.decode(encoding.encoding, "replace") if by_chance else text

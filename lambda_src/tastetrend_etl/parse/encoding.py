"""Learns from a file's bytes what it is: compression, encoding, or something that is no text at all."""

import codecs
import gzip
import re
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import FileEncoding
from tastetrend_etl.parse.byte_stream import chunks

_GZIP = b"\x1f\x8b"
_OTHER_TYPES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a parquet file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (_GZIP, "gzip within gzip"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3", "an SQLite database"),
)
_EXCEL_PART = b"xl/"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[!?a-z]", re.IGNORECASE)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_ENCODINGS = frozenset({"utf-8", "utf-8-sig"})
_END_OF_FILE_MARK = b"\x1a"
_LONGEST_CHARACTER, _FIRST_OF_SEVERAL_BYTES = 4, 0xC0  # of UTF-8


def survey(path: Path, *, limit: int) -> FileEncoding:
    """Read the file once and say what it is.

    Args:
        path: the staged file.
        limit: the most bytes that may come out of it when it is inflated.

    Raises:
        RejectedFileError: `empty_file`, `not_delimited_text`, `too_large_inflated` or `truncated`.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    try:
        return _scan(path, compressed=compressed, limit=limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RejectedFileError(
            "truncated", "the gzip data ends early or is damaged; send the file again"
        ) from error


def _scan(path: Path, *, compressed: bool, limit: int) -> FileEncoding:
    size, nul_bytes, blank, broken, last = 0, 0, True, False, b""
    encoding, cut = "", b""
    for chunk in chunks(path, compressed=compressed):
        encoding = encoding or _announced_encoding(chunk)
        size += len(chunk)
        if size > limit:
            raise RejectedFileError(
                "too_large_inflated" if compressed else "too_large",
                f"the file holds more than {limit:,} bytes; split it, or send it to the large path",
            )
        nul_bytes += chunk.count(0) if 0 in chunk else 0
        blank = blank and not chunk.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe\x1a")
        whole, cut = _whole_characters(cut + chunk)
        broken = broken or not _is_utf8(whole)
        last = chunk[-1:]
    broken = broken or not _is_utf8(cut)
    if blank:
        raise RejectedFileError("empty_file", "the file holds no text; send it again with its rows")
    if encoding not in _UTF8_ENCODINGS:
        return FileEncoding(compressed, encoding)
    if broken and encoding != "utf-8-sig":
        encoding, broken = _legacy_encoding(path, compressed=compressed)
    return FileEncoding(compressed, encoding, broken, nul_bytes, last == _END_OF_FILE_MARK)


def _announced_encoding(head: bytes) -> str:
    if other := _other_type(head):
        raise RejectedFileError(
            "not_delimited_text", f"the file is {other}, not delimited text; export it as CSV and send that"
        )
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    return _utf16_without_mark(head[:4096])


def _other_type(head: bytes) -> str:
    for magic, name in _OTHER_TYPES:
        if head.startswith(magic):
            return "an Excel workbook" if magic.startswith(b"PK") and _EXCEL_PART in head else name
    if _MARKUP.match(head):
        return "an HTML page" if b"<html" in head[:4096].lower() else "an XML document"
    return ""


def _utf16_without_mark(head: bytes) -> str:
    """Tell UTF-16 without a mark by its NULs: in Western text every other byte is one."""
    half = len(head) // 2
    enough = half * 2 // 3
    if half and head[1::2].count(0) > enough:
        return "utf-16-le"
    if half and head[0::2].count(0) > enough:
        return "utf-16-be"
    return "utf-8"


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Cut off the last character if it may go on in the next chunk."""
    for place in range(len(data) - 1, max(len(data) - _LONGEST_CHARACTER, -1), -1):
        if data[place] >= _FIRST_OF_SEVERAL_BYTES:
            return data[:place], data[place:]
    return data, b""


def _is_utf8(data: bytes) -> bool:
    """Ask Arrow, which takes a tenth of the time of Python's decoder."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _legacy_encoding(path: Path, *, compressed: bool) -> tuple[str, bool]:
    """Tell cp1252 from UTF-8 with a few broken bytes: which of the two explains more of the odd bytes?"""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = undefined = 0
    for chunk in chunks(path, compressed=compressed):
        text = decoder.decode(chunk)
        wrong = text.count("\N{REPLACEMENT CHARACTER}")
        bad += wrong
        good += len(text) - len(text.encode("ascii", "ignore")) - wrong
        undefined += chunk.decode("cp1252", "replace").count("\N{REPLACEMENT CHARACTER}")
    return ("cp1252", False) if bad > good and not undefined else ("utf-8", True)

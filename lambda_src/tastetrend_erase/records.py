"""Copies a raw file without a customer's records; all other bytes stay as they are, but for the name."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from tastetrend_erase.eraser import Eraser
from tastetrend_erase.models import NotErasableError
from tastetrend_etl.limits import MAX_RECORD_CHARACTERS
from tastetrend_etl.models import FileEncoding
from tastetrend_etl.parse.line_buffer import RawRecord, lines_of

_BIG_ENDIAN_MARK = b"\xfe\xff"


def codec_of(path: Path, encoding: FileEncoding) -> str:
    """Return Python's codec that keeps a byte order mark as a character."""
    if encoding.encoding == "utf-16":
        with open_bytes(path, encoding) as file:
            return "utf-16-be" if file.read(2) == _BIG_ENDIAN_MARK else "utf-16-le"
    return encoding.encoding.removesuffix("-sig")


@contextmanager
def open_bytes(path: Path, encoding: FileEncoding) -> Iterator[BinaryIO]:
    """Open a raw file, decompressed."""
    with cast("BinaryIO", gzip.open(path)) if encoding.compressed else path.open("rb") as file:
        yield file


def erase_lines(
    path: Path, head_lines: int, records: Iterable[RawRecord], eraser: Eraser, out: BinaryIO
) -> None:
    """Copy a raw file of delimited text without the customer's records.

    A record has whole lines, and a line of the raw file is one of the text that was parsed, so counting lines
    finds the bytes of a record in any encoding.

    Args:
        path: the raw file.
        head_lines: the lines before the first data record.
        records: of the file's text, blank ones too.
        eraser: for this file.
        out: the copy.

    Raises:
        NotErasableError: the lines do not match the records, or a name cannot be masked.
    """
    # Every codec but UTF-16 ends lines like ASCII, so that the bytes need not be decoded.
    carrier = eraser.codec if eraser.codec.startswith("utf-16") else "latin-1"
    with (
        open_bytes(path, eraser.encoding) as file,
        TextIOWrapper(file, encoding=carrier, errors="surrogatepass", newline="") as text,
    ):
        lines = _lines(text)
        out.writelines(eraser.mask_bytes(line) for line in islice(lines, head_lines))
        for record in records:
            count = len(lines_of(record.raw))
            data = list(islice(lines, count))
            if len(data) < count:
                raise NotErasableError("the lines of the file cannot be matched with its records")
            if not eraser.is_own(record):
                out.write(_mask_record(record, b"".join(data), eraser))
        out.writelines(map(eraser.mask_bytes, lines))  # of a file that cannot be parsed, all


def _mask_record(record: RawRecord, data: bytes, eraser: Eraser) -> bytes:
    """Mask the name in a record; a quick look at its text saves decoding most of them again."""
    if len(record.raw) <= MAX_RECORD_CHARACTERS and not eraser.customer.is_in(record.raw):
        return data
    return eraser.mask_bytes(data, eraser.longer_names(record))


def erase_values(text: str, start: int, records: Iterable[RawRecord], eraser: Eraser) -> Iterator[str]:
    """Yield the text of a JSON file without the customer's values.

    A value goes with the separator before it, the first ones with that behind them.

    Args:
        text: of the whole file.
        start: the character where the first value of a list within another object starts, else 0.
        records: its values in order.
        eraser: for this file.

    Raises:
        NotErasableError: a value is not found in the text, or a name cannot be masked.
    """
    yield eraser.mask_text(text[:start])
    position, first, is_kept = start, "", False
    for number, record in enumerate(records):
        begin = text.find(record.raw, position)
        if begin < 0:
            raise NotErasableError("a value of the JSON file cannot be found in its text")
        separator, position = text[position:begin], begin + len(record.raw)
        first = first if number else separator
        if not eraser.is_own(record):
            yield eraser.mask_text(separator if is_kept else first)
            yield eraser.mask_text(record.raw, eraser.longer_names(record))
            is_kept = True
    yield eraser.mask_text(("" if is_kept else first) + text[position:])


def _lines(text: TextIOWrapper) -> Iterator[bytes]:
    """Yield the lines of a file with their ends, as the bytes that they were."""
    try:
        for line in text:
            yield line.encode(text.encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        raise NotErasableError("the file ends within a character; send it again") from error

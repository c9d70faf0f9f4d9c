"""Cuts a file into blocks of whole records, if all its quotes stand where RFC 4180 puts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tastetrend_etl.models import Dialect
from tastetrend_etl.parse.byte_stream import CHUNK

BLOCK_BYTES = 8 << 20  # sets the memory of a run, and how long a record may be
_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'


class IrregularFileError(Exception):
    """Arrow cannot make the records out; a tolerant reader can."""


def blocks(path: Path, dialect: Dialect) -> Iterator[memoryview]:
    """Yield the data rows' bytes, cut behind line ends that end a record.

    Arrow's own streaming reader would read 32 blocks ahead, and could not be told that a quote is stray.

    Raises:
        IrregularFileError: a quote is stray or never closed, or a record longer than a block.
    """
    border = _field_boundaries(dialect.delimiter)
    with path.open("rb", buffering=0) as file:
        file.seek(dialect.start)
        # Not a loop with a variable, which would keep each block in memory while it is worked on.
        yield from iter(lambda: _whole_records(file, border), b"")


def _whole_records(file: BinaryIO, border: np.ndarray) -> memoryview:
    """Return the records of a block, nothing at the end of the file."""
    start = file.tell()
    block = _read(file)
    data = np.frombuffer(block, np.uint8)
    quotes = _quotes(data)
    end = _last_record_end(data, quotes)
    if block and not end:
        raise IrregularFileError("a record is longer than any review")
    _check(data, quotes[: np.searchsorted(quotes, end)], border)
    file.seek(start + end)
    return memoryview(block)[:end]


def _read(file: BinaryIO) -> bytes:
    """Return the bytes of a block or what is left; a last line without an end gets one."""
    block = file.read(BLOCK_BYTES)
    last = 0 < len(block) < BLOCK_BYTES
    return block + b"\n" if last and not block.endswith((b"\n", b"\r")) else block


def _quotes(data: np.ndarray) -> np.ndarray:
    """Return where the quotes stand."""
    starts = range(0, len(data), CHUNK)
    found = [np.flatnonzero(data[at : at + CHUNK] == _QUOTE) + at for at in starts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _last_record_end(data: np.ndarray, quotes: np.ndarray) -> int:
    """Return the place behind the last line end with an even number of quotes before it, 0 if none has."""
    for first in (max(len(data) - CHUNK, 0), 0):  # nearly always it is near the end of the block
        tail = data[first:]
        ends = np.flatnonzero((tail == _LINE_FEED) | (tail == _RETURN)) + first + 1
        outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if len(outside):
            return int(outside[-1])
    return 0


def _field_boundaries(delimiter: str) -> np.ndarray:
    border = np.zeros(256, dtype=bool)
    border[[ord(delimiter), _LINE_FEED, _RETURN, _QUOTE]] = True
    return border


def _check(data: np.ndarray, quotes: np.ndarray, border: np.ndarray) -> None:
    """Check that quotes alternate.

    In regular records an opening one has a border (delimiter, line end, start of the block) or the other
    half of a doubled quote before it, a closing one has such a border or half behind it.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    preceded = opening[1:] if len(opening) and opening[0] == 0 else opening
    if not (border[data[preceded - 1]].all() and border[data[closing + 1]].all()):
        raise IrregularFileError("a quote is stray")

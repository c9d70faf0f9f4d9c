"""Finds the cells with line breaks that may be rows behind an unclosed quote."""

from collections.abc import Iterator

import numpy as np

from tastetrend_etl.parse.byte_stream import CHUNK
from tastetrend_etl.parse.row_shape import lines_of

_LINE_FEED, _RETURN = b"\n\r"


def positions(data: np.ndarray, byte: int) -> np.ndarray:
    """Return the ascending positions of a byte value."""
    starts = range(0, len(data), CHUNK)
    found = [np.flatnonzero(data[start : start + CHUNK] == byte) + start for start in starts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def suspect_records(
    block: memoryview, quotes: np.ndarray, delimiter: str, columns: int
) -> Iterator[list[str]]:
    """Yield the lines of each record of which every later line has as many delimiters as a row.

    Few texts are like that, therefore this costs little more than a search for line ends.

    Args:
        block: whole records.
        quotes: ascending positions of its quotes.
        delimiter: the character between fields.
        columns: the number of columns.
    """
    data = np.frombuffer(block, np.uint8)
    ends = positions(data, _LINE_FEED)
    if len(ends) == 0:
        ends = positions(data, _RETURN)
    order = np.searchsorted(quotes, ends)
    inside = np.flatnonzero(order % 2)
    if len(inside) == 0:
        return
    delimiters = positions(data, ord(delimiter))
    starts, stops = ends[inside] + 1, ends[inside + 1]
    count = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts)
    is_blank = data[starts] <= _RETURN  # its first character is its end
    cells, first = np.unique(order[inside], return_index=True)
    is_suspect = np.logical_and.reduceat((count == columns - 1) | (is_blank & (count == 0)), first)
    for cell, line in zip(cells[is_suspect], inside[first[is_suspect]], strict=True):
        start = ends[line - 1] + 1 if line else 0
        end = ends[np.searchsorted(ends, quotes[cell])] + 1
        yield lines_of(bytes(block[start:end]).decode("utf-8", "replace"))

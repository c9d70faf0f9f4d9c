"""Finds the cells with line breaks that may be rows behind an unclosed quote."""

from collections.abc import Iterator

import numpy as np

from tastetrend_etl.models import Mask
from tastetrend_etl.parse.byte_stream import CHUNK
from tastetrend_etl.parse.row_shape import RowShape, lines_of

_LINE_FEED, _RETURN, _CASE = b"\n\r "  # the last is the bit that makes a letter small
_LETTERS = 26


def positions(data: np.ndarray, byte: int) -> np.ndarray:
    """Return the ascending positions of a byte value."""
    starts = range(0, len(data), CHUNK)
    found = [np.flatnonzero(data[start : start + CHUNK] == byte) + start for start in starts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def suspect_records(block: memoryview, quotes: np.ndarray, shape: RowShape) -> Iterator[list[str]]:
    """Yield the lines of each record of which every later line may be a row.

    Such a line has as many delimiters as a row, and does not start with a letter if rows start with a number.
    Few texts are like that, therefore this costs little more than a search for line ends.

    Args:
        block: whole records.
        quotes: ascending positions of its quotes.
        shape: of the file's rows.
    """
    data = np.frombuffer(block, np.uint8)
    ends = positions(data, _LINE_FEED)
    if len(ends) == 0:
        ends = positions(data, _RETURN)
    if len(ends) and ends[-1] < len(data) - 1:  # the last record ends in a return beside line feeds
        ends = np.append(ends, len(data) - 1)
    closing = np.searchsorted(quotes, ends)
    inside = np.flatnonzero(closing % 2)
    if len(inside) == 0:
        return
    cells, first = np.unique(closing[inside], return_index=True)
    is_suspect = np.logical_and.reduceat(_may_start_row(data[ends[inside] + 1], shape), first)
    if is_suspect.any():
        is_suspect &= np.logical_and.reduceat(_has_width(data, ends, inside, shape), first)
    for cell, line in zip(cells[is_suspect], inside[first[is_suspect]], strict=True):
        start = ends[line - 1] + 1 if line else 0
        end = ends[np.searchsorted(ends, quotes[cell])] + 1
        yield lines_of(bytes(block[start:end]).decode("utf-8", "replace"))


def _may_start_row(characters: np.ndarray, shape: RowShape) -> Mask:
    if shape.kinds[0] != "number":
        return np.ones(len(characters), bool)
    letters = (characters | _CASE) - ord("a") < _LETTERS  # unsigned, what is below `a` becomes large
    return ~letters


def _has_width(data: np.ndarray, ends: np.ndarray, lines: np.ndarray, shape: RowShape) -> Mask:
    """Return the mask of those lines, by the line ends before them, that are blank or as wide as a row."""
    delimiters = positions(data, ord(shape.delimiter))
    starts, stops = ends[lines] + 1, ends[lines + 1]
    count = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts)
    is_blank = (data[starts] <= _RETURN) & (count == 0)
    mask: Mask = is_blank | (count == shape.width - 1)
    return mask

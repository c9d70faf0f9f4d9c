"""Finds the cells with line breaks that may be rows behind an unclosed quote."""

from collections.abc import Callable, Iterator

import numpy as np

from tastetrend_etl.models import Mask
from tastetrend_etl.parse.byte_stream import CHUNK
from tastetrend_etl.parse.row_shape import RowShape, lines_of

_LINE_FEED, _RETURN, _CASE = b"\n\r "  # the last is the bit that makes a letter small
_LETTERS = 26


def positions(data: np.ndarray, byte: int) -> np.ndarray:
    """Return the ascending positions of a byte value, int32: a block may have a line end in every byte."""
    starts = range(0, len(data), CHUNK)
    found = [(np.flatnonzero(data[at : at + CHUNK] == byte) + at).astype(np.int32) for at in starts]
    return np.concatenate(found) if found else np.empty(0, np.int32)


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
    if len(ends) == 0:
        return
    if ends[-1] < len(data) - 1:  # the last record ends in a return beside line feeds
        ends = np.append(ends, np.int32(len(data) - 1))
    closing = _by_parts(lambda some: np.searchsorted(quotes, some).astype(np.int32), ends)
    inside = np.flatnonzero(closing & 1).astype(np.int32)
    if len(inside) == 0:
        return
    cells = closing[inside]
    first = np.flatnonzero(np.diff(cells, prepend=np.int32(-1)))
    cells = cells[first]
    is_suspect = np.logical_and.reduceat(_may_start_row(data, ends, inside, shape), first)
    if is_suspect.any():
        is_suspect &= np.logical_and.reduceat(_has_width(data, ends, inside, shape), first)
    for cell, line in zip(cells[is_suspect], inside[first[is_suspect]], strict=True):
        start = ends[line - 1] + 1 if line else 0
        end = ends[np.searchsorted(ends, quotes[cell])] + 1
        yield lines_of(bytes(block[start:end]).decode("utf-8", "replace"))


def _by_parts(function: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> np.ndarray:
    """Apply a function piece by piece: its intermediate results may be several times as large."""
    parts = [function(values[at : at + CHUNK]) for at in range(0, len(values), CHUNK)]
    results: np.ndarray = np.concatenate(parts)
    return results


def _may_start_row(data: np.ndarray, ends: np.ndarray, lines: np.ndarray, shape: RowShape) -> Mask:
    """Return the mask of those lines, by the line ends before them, that do not start with a letter."""
    if shape.kinds[0] != "number":
        return np.ones(len(lines), bool)

    def starts_otherwise(some: np.ndarray) -> Mask:
        # Unsigned: what is below `a` becomes large.
        mask: Mask = (data[ends[some] + 1] | _CASE) - ord("a") >= _LETTERS
        return mask

    return _by_parts(starts_otherwise, lines)


def _has_width(data: np.ndarray, ends: np.ndarray, lines: np.ndarray, shape: RowShape) -> Mask:
    """Return the mask of those lines, by the line ends before them, that are blank or as wide as a row."""
    delimiters = positions(data, ord(shape.delimiter))

    def is_as_wide(some: np.ndarray) -> Mask:
        starts, stops = ends[some] + 1, ends[some + 1]
        count = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts)
        is_blank = (data[starts] <= _RETURN) & (count == 0)
        mask: Mask = is_blank | (count == shape.width - 1)
        return mask

    return _by_parts(is_as_wide, lines)

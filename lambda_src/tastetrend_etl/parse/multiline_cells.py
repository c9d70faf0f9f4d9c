"""Finds the cells with line breaks that may be rows behind an unclosed quote."""

from collections.abc import Iterator

import numpy as np

from tastetrend_etl.limits import CHECKED_BYTES
from tastetrend_etl.models import Mask
from tastetrend_etl.parse.byte_stream import CHUNK
from tastetrend_etl.parse.line_buffer import lines_of
from tastetrend_etl.parse.row_shape import RowShape

_LINE_FEED, _RETURN, _CASE = b"\n\r "  # the last is the bit that makes a letter small
_LETTERS = 26


def positions(data: np.ndarray, byte: int) -> np.ndarray:
    """Return the ascending positions of a byte value, int32: a block may have a line end in every byte."""
    starts = range(0, len(data), CHUNK)
    found = [(np.flatnonzero(data[at : at + CHUNK] == byte) + at).astype(np.int32) for at in starts]
    return np.concatenate(found) if found else np.empty(0, np.int32)


def last_record_end(data: np.ndarray, quotes: np.ndarray) -> int:
    """Return the position after the last line end with an even number of quotes before it, else 0."""
    for stop in range(len(data), 0, -CHUNK):  # nearly always it is near the end
        start = max(stop - CHUNK, 0)
        part = data[start:stop]
        ends = np.flatnonzero((part == _LINE_FEED) | (part == _RETURN)) + start + 1
        outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if len(outside):
            return int(outside[-1])
    return 0


def suspect_records(block: memoryview, quotes: np.ndarray, shape: RowShape) -> Iterator[list[str]]:
    """Yield the lines of each record of which every later line may be a row.

    Such a line has as many delimiters as a row, and does not start with a letter if rows start with a number.
    Few texts are like that, therefore this costs little more than a search for line ends.

    Args:
        block: whole records.
        quotes: ascending positions of its quotes.
        shape: of the file's rows.
    """
    for start, end in _parts(np.frombuffer(block, np.uint8), quotes):
        inside = quotes[slice(*np.searchsorted(quotes, (start, end)))] - start
        yield from _suspects_in_part(block[start:end], inside, shape)


def _parts(data: np.ndarray, quotes: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield start and end of parts of whole records, since a part may have a line end in every byte."""
    start, size = 0, CHECKED_BYTES
    while start < len(data):
        stop = min(start + size, len(data))
        outside = quotes[slice(*np.searchsorted(quotes, (start, stop)))] - start
        if end := stop - start if stop == len(data) else last_record_end(data[start:stop], outside):
            yield start, start + end
            start, size = start + end, CHECKED_BYTES
        else:
            size *= 2


def _suspects_in_part(block: memoryview, quotes: np.ndarray, shape: RowShape) -> Iterator[list[str]]:
    data = np.frombuffer(block, np.uint8)
    ends = positions(data, _LINE_FEED)
    if len(ends) == 0:
        ends = positions(data, _RETURN)
    if len(ends) == 0:
        return
    if ends[-1] < len(data) - 1:  # the last record ends in a return beside line feeds
        ends = np.append(ends, len(data) - 1)
    closing = np.searchsorted(quotes, ends)
    inside = np.flatnonzero(closing & 1)
    if len(inside) == 0:
        return
    cells = closing[inside]
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    cells = cells[first]
    is_suspect = np.logical_and.reduceat(_may_start_row(data, ends, inside, shape), first)
    stops = np.append(first[1:], len(inside))
    for cell, lines in zip(cells[is_suspect], map(slice, first[is_suspect], stops[is_suspect]), strict=True):
        later = inside[lines]
        if all(_has_width(bytes(block[ends[line] + 1 : ends[line + 1]]), shape) for line in later):
            start = ends[later[0] - 1] + 1 if later[0] else 0
            end = ends[np.searchsorted(ends, quotes[cell])] + 1
            yield lines_of(bytes(block[start:end]).decode("utf-8", "replace"))


def _may_start_row(data: np.ndarray, ends: np.ndarray, lines: np.ndarray, shape: RowShape) -> Mask:
    """Return the mask of those lines, by the line ends before them, that do not start with a letter."""
    if shape.kinds[0] != "number":
        return np.ones(len(lines), bool)
    # Unsigned: what is below `a` becomes large.
    mask: Mask = (data[ends[lines] + 1] | _CASE) - ord("a") >= _LETTERS
    return mask


def _has_width(line: bytes, shape: RowShape) -> bool:
    """Return whether a line is blank or has as many delimiters as a row."""
    delimiters = line.count(shape.delimiter.encode())
    return delimiters == shape.width - 1 or (not delimiters and line[:1] <= b"\r")

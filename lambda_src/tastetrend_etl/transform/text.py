"""Trimming, null words and control characters."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import MAX_PARSED_LENGTH
from tastetrend_etl.models import Mask
from tastetrend_etl.schema import NULL_SPELLINGS, NULL_VALUES

_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_FEED, _DELETE, _FIRST_OF_UPPER_CONTROL, _FIRST_OF_REPLACEMENT = b"\n\x7f\xc2\xef"
_LONGEST_NULL_WORD = max(map(len, NULL_VALUES))
_NULLS = pa.array(NULL_SPELLINGS)
_SCANNED = 1 << 18  # bytes looked at together: they stay in the processor's second-level cache


def strip_and_nullify(values: pa.StringArray) -> pa.StringArray:
    """Trim all Unicode white space; what is then empty or a null word becomes null."""
    trimmed = pc.utf8_trim_whitespace(values)
    # Only short values are looked up: to look a text up is to hash all of it.
    likely = np.flatnonzero(np.asarray(pc.binary_length(trimmed)) <= _LONGEST_NULL_WORD)
    missing = likely[np.asarray(pc.is_in(trimmed.take(pa.array(likely)), value_set=_NULLS))]
    return _nulled(trimmed, missing) if len(missing) else trimmed


def _nulled(values: pa.StringArray, missing: np.ndarray) -> pa.StringArray:
    """Make some values of a whole array null in place, which spares a copy of all texts."""
    valid = np.array(values.is_valid())
    valid[missing] = False
    _, offsets, data = values.buffers()
    return pa.StringArray.from_buffers(len(values), offsets, data, pa.array(valid).buffers()[1])


def parseable_indices(values: pa.StringArray) -> np.ndarray:
    """Return the places of the values that are there and no longer than any date or number."""
    fit = pc.less_equal(pc.binary_length(values), MAX_PARSED_LENGTH)
    return np.flatnonzero(null_as_false(fit))


def strip_control_chars(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """Remove control characters other than tab and line ends; say which values had any."""
    hit = _matching(values, _may_be_control, lambda some: pc.match_substring_regex(some, _CONTROLS))
    if hit.any():
        values = pc.replace_substring_regex(values, _CONTROLS, "")
    return values, hit


def has_replacement(values: pa.StringArray) -> np.ndarray:
    """Say which values carry U+FFFD, the mark that undecodable bytes leave."""
    return _matching(values, _may_be_replacement, lambda some: pc.match_substring(some, _REPLACEMENT))


def _matching(
    values: pa.StringArray,
    suspect: Callable[[np.ndarray], Mask],
    matches: Callable[[pa.StringArray], pa.BooleanArray],
) -> np.ndarray:
    """Say which values match, asking only those with a byte that raises the suspicion.

    Searching a column's bytes as one array takes a tenth of the time of searching value by value.
    """
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset :][: len(values) + 1]
    hit = np.zeros(len(values), bool)
    if len(values) == 0 or offsets[0] == offsets[-1]:
        return hit
    data = np.frombuffer(values.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    starts = range(0, len(data), _SCANNED)
    places = np.concatenate([np.flatnonzero(suspect(data[at : at + _SCANNED])) + at for at in starts])
    rows = np.unique(np.searchsorted(offsets, places + offsets[0], side="right") - 1)
    if len(rows):
        hit[rows] = null_as_false(matches(values.take(pa.array(rows))))
    return hit


def _may_be_control(data: np.ndarray) -> Mask:
    """Say where control characters may stand: where the first byte of U+0080 to U+00BF does, too."""
    low = (data < ord(" ")) & (data != _LINE_FEED)
    suspect: Mask = low | (data == _DELETE) | (data == _FIRST_OF_UPPER_CONTROL)
    return suspect


def _may_be_replacement(data: np.ndarray) -> Mask:
    suspect: Mask = data == _FIRST_OF_REPLACEMENT
    return suspect


def null_as_false(mask: pa.BooleanArray) -> np.ndarray:
    """Return an Arrow mask as numpy booleans, null as false."""
    return np.asarray(pc.fill_null(mask, False))

"""Trimming, null words and control characters."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.schema import NULL_SPELLINGS

_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_KEPT = np.frombuffer(b"\t\n\r", np.uint8)
_DELETE, _FIRST_OF_UPPER_CONTROL, _FIRST_OF_REPLACEMENT = b"\x7f\xc2\xef"


def cleaned(values: pa.StringArray) -> pa.StringArray:
    """Trim all Unicode white space; what is then empty or a null word becomes null."""
    trimmed = pc.utf8_trim_whitespace(values)
    missing = pc.is_in(trimmed, value_set=NULL_SPELLINGS)
    return pc.if_else(missing, None, trimmed) if pc.any(missing).as_py() else trimmed


def without_controls(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
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
    candidates: Callable[[np.ndarray], np.ndarray],
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
    rows = np.unique(np.searchsorted(offsets, candidates(data) + offsets[0], side="right") - 1)
    hit[rows] = filled(matches(values.take(pa.array(rows))))
    return hit


def _may_be_control(data: np.ndarray) -> np.ndarray:
    """Return where control characters stand, and where the first byte of U+0080 to U+00BF does."""
    low = np.flatnonzero(data < ord(" "))
    high = np.flatnonzero((data == _DELETE) | (data == _FIRST_OF_UPPER_CONTROL))
    return np.concatenate([low[~np.isin(data[low], _KEPT)], high])


def _may_be_replacement(data: np.ndarray) -> np.ndarray:
    return np.flatnonzero(data == _FIRST_OF_REPLACEMENT)


def filled(mask: pa.BooleanArray) -> np.ndarray:
    """Return an Arrow mask as numpy booleans, null as false."""
    return np.asarray(pc.fill_null(mask, False))

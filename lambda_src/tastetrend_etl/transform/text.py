"""Operations on columns of text."""

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import MAX_PARSED_LENGTH, TRUNCATED_CHARACTERS
from tastetrend_etl.models import Mask
from tastetrend_etl.transform.dictionary_column import DictionaryColumn

_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_FEED, _DELETE, _FIRST_OF_UPPER_CONTROL, _FIRST_OF_REPLACEMENT = b"\n\x7f\xc2\xef"
_SCANNED = 1 << 18  # bytes scanned at a time: they stay in the processor's second-level cache


def as_bytes(values: pa.StringArray) -> list[bytes | None]:
    """Return Python objects, by way of numpy, which makes them in a fraction of the time of `to_pylist`."""
    objects: list[bytes | None] = values.cast(pa.binary()).to_numpy(zero_copy_only=False).tolist()
    return objects


def parseable_indices(values: pa.StringArray) -> np.ndarray:
    """Return the indices of the values that are not null and no longer than any date or number."""
    short = pc.less_equal(pc.binary_length(values), MAX_PARSED_LENGTH)
    return np.flatnonzero(np.asarray(pc.fill_null(short, False)))


def strip_control_chars(values: pa.StringArray) -> tuple[pa.StringArray, Mask]:
    """Remove control characters other than tab and line ends; return also the mask of values that had any."""
    hit = _matching(values, _may_be_control, lambda some: pc.match_substring_regex(some, _CONTROLS))
    if hit.any():
        values = pc.replace_substring_regex(values, _CONTROLS, "")
    return values, hit


def truncate(text: pa.StringArray, length: pa.Int32Array) -> pa.StringArray:
    """Cut only the texts that are too long; the others, nearly all, need no copy."""
    too_long = pc.fill_null(pc.greater(length, TRUNCATED_CHARACTERS), False)
    if not pc.any(too_long).as_py():
        return text
    cut = pc.utf8_slice_codeunits(text.filter(too_long), 0, TRUNCATED_CHARACTERS)
    return pc.replace_with_mask(text, too_long, cut)


def empty_as_null(values: pa.StringArray) -> pa.StringArray:
    """Return null for each empty value."""
    return pc.if_else(pc.equal(values, ""), None, values)


def undecodable_rows(texts: Iterable[pa.StringArray], columns: Iterable[DictionaryColumn]) -> Mask:
    """Return the mask of the rows with U+FFFD, which replaces undecodable bytes, in any of their cells."""
    return _rows_with(_has_replacement, texts, columns)


def non_ascii_rows(texts: Iterable[pa.StringArray], columns: Iterable[DictionaryColumn]) -> Mask:
    """Return the mask of the rows with a character beyond ASCII in any of their cells."""
    return _rows_with(_is_not_ascii, texts, columns)


def _rows_with(
    has: Callable[[pa.StringArray], Mask],
    texts: Iterable[pa.StringArray],
    columns: Iterable[DictionaryColumn],
) -> Mask:
    by_value = ((has(column.raw_values), column.codes) for column in columns)
    by_row = (hit[codes] for hit, codes in by_value if hit.any())
    mask: Mask = np.logical_or.reduce([*map(has, texts), *by_row])
    return mask


def _is_not_ascii(values: pa.StringArray) -> Mask:
    return np.asarray(pc.fill_null(pc.invert(pc.string_is_ascii(values)), False))


def _has_replacement(values: pa.StringArray) -> Mask:
    return _matching(
        values,
        lambda data: data == _FIRST_OF_REPLACEMENT,
        lambda some: pc.match_substring(some, _REPLACEMENT),
    )


def _matching(
    values: pa.StringArray,
    suspect: Callable[[np.ndarray], Mask],
    matches: Callable[[pa.StringArray], pa.BooleanArray],
) -> Mask:
    """Return the mask of the values that match, trying only those with a suspect byte.

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
    hit[rows] = pc.fill_null(matches(values.take(pa.array(rows))), False)
    return hit


def _may_be_control(data: np.ndarray) -> Mask:
    """Return the mask of control characters and of the first byte of all U+0080 to U+00BF."""
    low = (data < ord(" ")) & (data != _LINE_FEED)
    suspect: Mask = low | (data == _DELETE) | (data == _FIRST_OF_UPPER_CONTROL)
    return suspect

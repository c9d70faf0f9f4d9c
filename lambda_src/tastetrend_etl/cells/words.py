"""Trimming, null words and control characters."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.schema import NULL_SPELLINGS

_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{80}-\x{9F}]"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def cleaned(values: pa.StringArray) -> pa.StringArray:
    """Trim all Unicode white space; what is then empty or a null word becomes null."""
    trimmed = pc.utf8_trim_whitespace(values)
    missing = pc.is_in(trimmed, value_set=NULL_SPELLINGS)
    return pc.if_else(missing, None, trimmed) if pc.any(missing).as_py() else trimmed


def without_controls(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """Remove control characters other than tab and line ends; say which values had any."""
    hit = filled(pc.match_substring_regex(values, _CONTROLS))
    if hit.any():
        values = pc.replace_substring_regex(values, _CONTROLS, "")
    return values, hit


def has_replacement(values: pa.StringArray) -> np.ndarray:
    """Say which values carry U+FFFD, the mark that undecodable bytes leave."""
    return filled(pc.match_substring(values, _REPLACEMENT))


def filled(mask: pa.BooleanArray) -> np.ndarray:
    """Return an Arrow mask as numpy booleans, null as false."""
    return np.asarray(pc.fill_null(mask, False))

"""Gives each review its identity: a hash to tell repeats in one file, a fingerprint to tell it in all."""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DIGEST_BYTES = 16
_NULL, _SEPARATOR = b"\xfe", b"\xff"  # neither occurs in UTF-8
_REPEAT_SUFFIX = "_dup"
_WHITE_SPACE = r"[\x09-\x0D\x1C-\x20\x{85}\p{Z}]"  # what Arrow trims
_ODD = np.int64(-7046029254386353131)  # 2**64 by the golden ratio: scatters what differs in a few bits


def without_repeat_suffix(ids: pa.StringArray) -> pa.StringArray:
    """Return the ids as the source numbered them: trimmed, without the `_dup` that marks repeats."""
    ids = pc.utf8_trim_whitespace(ids)
    marked = pc.ends_with(ids, _REPEAT_SUFFIX)
    bare = pc.replace_substring_regex(ids.filter(marked), f"({_WHITE_SPACE}*{_REPEAT_SUFFIX})+$", "")
    return pc.replace_with_mask(ids, marked, bare)


def hash64(values: list[bytes | None]) -> np.ndarray:
    """Return one 64-bit hash a value, good for this process only."""
    return np.fromiter(map(hash, values), np.int64, len(values))


def combine_hashes(*columns: np.ndarray) -> np.ndarray:
    """Return one hash a row from those of its cells.

    Args:
        columns: int64, shape (rows,) each; their order and their number tell.
    """
    rows = np.full(len(columns[0]), len(columns), np.int64)  # or empty cells, whose hash is 0, would not tell
    for column in columns:
        rows = rows * _ODD + column  # wraps around
    return rows


def as_bytes(values: pa.StringArray) -> list[bytes | None]:
    """Return Python's objects, by way of numpy, which makes them in a fraction of the time of `to_pylist`."""
    objects: list[bytes | None] = values.cast(pa.binary()).to_numpy(zero_copy_only=False).tolist()
    return objects


def fingerprints(texts: Iterable[bytes | None], *others: pa.StringArray) -> np.ndarray:
    """Return the 128-bit fingerprint of each row, blake2b over its text and its other cells.

    Cells are joined by what no cell can contain, so that no two rows are joined alike.

    Returns:
        int64, shape (rows, 2).
    """
    cells = (column.cast(pa.binary()) for column in others)
    rest = pc.binary_join_element_wise(
        b"", *cells, _SEPARATOR, null_handling="replace", null_replacement=_NULL
    )
    digests = bytearray()
    empty = blake2b(digest_size=_DIGEST_BYTES)  # a copy takes half the time of a new one
    for text, other in zip(texts, rest.to_numpy(zero_copy_only=False), strict=True):
        digest = empty.copy()
        digest.update(text or _NULL)
        digest.update(other)
        digests += digest.digest()
    return np.frombuffer(digests, np.int64).reshape(-1, 2)


def hexadecimal(fingerprints: np.ndarray) -> pa.StringArray:
    """Return fingerprints as they are written."""
    width = 2 * _DIGEST_BYTES
    offsets = np.arange(0, width * len(fingerprints) + 1, width, dtype=np.int32)
    digits = pa.py_buffer(fingerprints.tobytes().hex().encode())
    return pa.StringArray.from_buffers(len(fingerprints), pa.py_buffer(offsets), digits)

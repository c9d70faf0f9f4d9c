"""Gives each review its identity and finds the rows that repeat an earlier one."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DIGEST_BYTES = 16
_NULL, _SEPARATOR = b"\xfe", b"\xff"  # neither occurs in UTF-8
_REPEAT_SUFFIX = "_dup"
_FIRST_CAPACITY = 1 << 14
_MAX_LOAD = 0.75


class Seen:
    """The keys met so far, as an open-addressed table of 11 to 22 bytes a key.

    Keys are 64-bit hashes: one false repeat is expected in some 37 million files of a million rows.
    """

    def __init__(self) -> None:
        self._table = np.zeros(_FIRST_CAPACITY, np.uint64)
        self._count = 0

    def add(self, keys: np.ndarray) -> np.ndarray:
        """Remember the keys and say which of them were there before, or earlier in the same array.

        Args:
            keys: int64, shape (rows,).
        """
        distinct, first = np.unique(keys.view(np.uint64), return_index=True)
        distinct[distinct == 0] = 1  # zero marks a free slot
        self._make_room(len(distinct))
        repeated = np.ones(len(keys), bool)
        repeated[first] = ~self._insert(distinct)
        return repeated

    def _make_room(self, wanted: int) -> None:
        capacity = len(self._table)
        while self._count + wanted > _MAX_LOAD * capacity:
            capacity *= 2
        if capacity > len(self._table):
            old, self._table, self._count = self._table, np.zeros(capacity, np.uint64), 0
            for start in range(0, len(old), _FIRST_CAPACITY):  # piece by piece, to spare the memory
                piece = old[start : start + _FIRST_CAPACITY]
                self._insert(piece[piece != 0])

    def _insert(self, keys: np.ndarray) -> np.ndarray:
        """Insert distinct keys; return which were new."""
        last = np.uint64(len(self._table) - 1)
        new = np.zeros(len(keys), bool)
        # By their upper bits, so that keys in order are looked for in order, as the cache likes it.
        left, slots = np.arange(len(keys)), keys >> np.uint64(64 - int(last).bit_length())
        while len(left):
            held = self._table[slots]
            free = held == 0
            self._table[slots[free]] = keys[left[free]]  # of two that claim one slot, the last wins
            mine = self._table[slots] == keys[left]
            new[left[mine & free]] = True
            left, slots = left[~mine], (slots[~mine] + np.uint64(1)) & last
        self._count += int(new.sum())
        return new


class Register:
    """The reviews of one file so far: tells a repeat, and a source id or fingerprint that is used twice."""

    def __init__(self) -> None:
        self._reviews, self._source_ids = Seen(), Seen()
        self._conflicting: set[int] = set()

    @property
    def conflicting_ids(self) -> int:
        """Return how many source ids stand on more than one review."""
        return len(self._conflicting)

    def find_repeats(self, contents: np.ndarray, considered: np.ndarray) -> np.ndarray:
        """Remember the considered rows and return the mask of those that were met before.

        Args:
            contents: the hash of what makes each row the same review, int64, shape (rows,).
            considered: mask of the rows that count.
        """
        repeated = np.zeros(len(contents), bool)
        repeated[considered] = self._reviews.add(contents[considered])
        return repeated

    def find_shared(self, review_ids: np.ndarray) -> np.ndarray:
        """Return the mask of the hashed fingerprints that an earlier review has too."""
        return self._reviews.add(review_ids)

    def note_source_ids(self, source_ids: np.ndarray) -> None:
        """Count the hashed source ids of reviews that are kept."""
        self._conflicting.update(source_ids[self._source_ids.add(source_ids)].tolist())


def without_repeat_suffix(ids: pa.StringArray) -> pa.StringArray:
    """Return the ids as the source numbered them, without the `_dup` that marks a repeat, or one of it."""
    marked = pc.ends_with(ids, _REPEAT_SUFFIX)
    bare = pc.replace_substring_regex(ids.filter(marked), f"({_REPEAT_SUFFIX})+$", "")
    return pc.replace_with_mask(ids, marked, bare)


def joined(*columns: pa.StringArray) -> list[bytes]:
    """Return each row's cells as one value that no other cells can make.

    By way of numpy, which makes Python's objects in a fraction of the time that `to_pylist` takes.
    """
    cells = (column.cast(pa.binary()) for column in columns)
    row = pc.binary_join_element_wise(*cells, _SEPARATOR, null_handling="replace", null_replacement=_NULL)
    values: list[bytes] = row.to_numpy(zero_copy_only=False).tolist()
    return values


def hashed(values: Sequence[bytes] | pa.StringArray) -> np.ndarray:
    """Return one 64-bit hash a value, good for this process only."""
    if isinstance(values, pa.StringArray):
        values = values.to_numpy(zero_copy_only=False)
    return np.fromiter(map(hash, values), np.int64, len(values))


def fingerprints(contents: Iterable[bytes], identities: list[bytes]) -> pa.StringArray:
    """Return the 128-bit fingerprint of each row, in hex: blake2b over content, then identity."""
    digests = []
    for content, identity in zip(contents, identities, strict=True):
        digest = blake2b(content, digest_size=DIGEST_BYTES)
        digest.update(identity)
        digests.append(digest.digest())
    width = 2 * DIGEST_BYTES
    offsets = np.arange(0, width * len(digests) + 1, width, dtype=np.int32)
    hexadecimal = pa.py_buffer(b"".join(digests).hex().encode())
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(offsets), hexadecimal)

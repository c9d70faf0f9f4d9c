"""Remembers the reviews of a file, to tell the rows that repeat an earlier one."""

import numpy as np

_FIRST_CAPACITY = 1 << 14
_MAX_LOAD = 0.75


class KeySet:
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


class Deduplicator:
    """The reviews of one file so far: tells a repeat, and a source id or fingerprint that is used twice."""

    def __init__(self) -> None:
        self._reviews = KeySet()
        self._source_ids = [np.empty(0, np.int64)]

    @property
    def conflicting_ids(self) -> int:
        """Return how many source ids stand on more than one review."""
        ids = np.concatenate(self._source_ids)
        ids.sort()  # in place: to count each id by `np.unique` would take 16 bytes a row more
        return len(np.unique(ids[1:][ids[1:] == ids[:-1]]))

    def mark_duplicates(self, contents: np.ndarray, considered: np.ndarray) -> np.ndarray:
        """Remember the considered rows and return the mask of those that were met before.

        Args:
            contents: the hash of what makes each row the same review, int64, shape (rows,).
            considered: mask of the rows that count.
        """
        repeated = np.zeros(len(contents), bool)
        repeated[considered] = self._reviews.add(contents[considered])
        return repeated

    def mark_shared_ids(self, fingerprints: np.ndarray) -> np.ndarray:
        """Return the mask of the fingerprints, 64 bits of each, that an earlier review has too."""
        return self._reviews.add(fingerprints)

    def note_source_ids(self, source_ids: np.ndarray) -> None:
        """Take in the hashed source ids of reviews that are kept; who uses one twice is asked at the end."""
        self._source_ids.append(source_ids)

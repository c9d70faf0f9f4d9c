"""An open-addressed hash table from 64-bit keys to row numbers or counts."""

import numpy as np

from tastetrend_etl.models import Mask

_FIRST_CAPACITY = 1 << 14
_MAX_LOAD = 0.75


class KeyTable:
    """Maps the keys added so far to int32 values, in 16 to 32 bytes per key, 11 to 22 if all values are 0.

    Keys are int64 hashes, shape (rows,): one false match is expected in some 37 million files of a million
    rows.
    """

    def __init__(self) -> None:
        self._keys = np.zeros(_FIRST_CAPACITY, np.uint64)
        self._values = np.zeros(_FIRST_CAPACITY, np.int32)
        self._count = 0

    def add(self, keys: np.ndarray, values: np.ndarray | None = None) -> Mask:
        """Add keys with their values, 0 by default; return the mask of those added before, or earlier in it.

        A key keeps its first value.
        """
        distinct, first = np.unique(_unsigned(keys), return_index=True)
        self._make_room(len(distinct))
        repeated = np.ones(len(keys), bool)
        repeated[first] = ~self._insert(distinct, None if values is None else values[first])
        return repeated

    def get(self, keys: np.ndarray) -> np.ndarray:
        """Return the values, int32, of keys that have been added."""
        values: np.ndarray = self._values[self._find(_unsigned(keys))]
        return values

    def count(self, keys: np.ndarray) -> np.ndarray:
        """Add keys whose values are counts; return, int64, how often each occurred before it."""
        distinct, inverse, counts = np.unique(_unsigned(keys), return_inverse=True, return_counts=True)
        self._make_room(len(distinct))
        self._insert(distinct, None)
        slots = self._find(distinct)
        before = self._values[slots].astype(np.int64)
        self._values[slots] += counts.astype(np.int32)
        order = np.argsort(inverse, kind="stable")
        ranks = np.empty(len(keys), np.int64)
        ranks[order] = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
        occurrences: np.ndarray = before[inverse] + ranks
        return occurrences

    def _make_room(self, wanted: int) -> None:
        capacity = len(self._keys)
        while self._count + wanted > _MAX_LOAD * capacity:
            capacity *= 2
        if capacity > len(self._keys):
            keys, values = self._keys, self._values
            self._keys, self._values = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
            self._count = 0
            for start in range(0, len(keys), _FIRST_CAPACITY):  # piece by piece, to save memory
                piece = keys[start : start + _FIRST_CAPACITY]
                held = values[start : start + _FIRST_CAPACITY][piece != 0]
                self._insert(piece[piece != 0], held if held.any() else None)

    def _insert(self, keys: np.ndarray, values: np.ndarray | None) -> Mask:
        """Insert distinct keys with their values; return which were new."""
        last = np.uint64(len(self._keys) - 1)
        new = np.zeros(len(keys), bool)
        pending, slots = np.arange(len(keys)), self._first_slots(keys)
        while len(pending):
            free = self._keys[slots] == 0
            self._keys[slots[free]] = keys[pending[free]]  # of two that claim one slot, the last wins
            present = self._keys[slots] == keys[pending]
            added = present & free
            new[pending[added]] = True
            if values is not None:
                self._values[slots[added]] = values[pending[added]]
            pending, slots = pending[~present], (slots[~present] + np.uint64(1)) & last
        self._count += int(new.sum())
        return new

    def _find(self, keys: np.ndarray) -> np.ndarray:
        """Return the slots of keys that are in the table."""
        last = np.uint64(len(self._keys) - 1)
        slots = self._first_slots(keys)
        while len(missed := np.flatnonzero(self._keys[slots] != keys)):
            slots[missed] = (slots[missed] + np.uint64(1)) & last
        return slots

    def _first_slots(self, keys: np.ndarray) -> np.ndarray:
        """Return slots by the upper bits: sorted keys access the table in order, which suits the cache."""
        slots: np.ndarray = keys >> np.uint64(64 - (len(self._keys) - 1).bit_length())
        return slots


def _unsigned(keys: np.ndarray) -> np.ndarray:
    """Return keys as uint64 other than zero, which marks a free slot."""
    unsigned = np.ascontiguousarray(keys).view(np.uint64)
    return np.where(unsigned == 0, np.uint64(1), unsigned)

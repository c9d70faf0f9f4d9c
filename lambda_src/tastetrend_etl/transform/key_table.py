"""A hash table from 64-bit keys to row numbers or counts."""

import numpy as np

from tastetrend_etl.models import Mask

_SLOTS = 8  # of a bucket: 64 bytes, a line of the processor's cache
_FIRST_BUCKETS = 1 << 11
_MAX_LOAD = 0.75
_MOVED = 1 << 14  # slots at a time, while the table grows
_HALF = np.uint64(32)  # of the bits of a key


class KeyTable:
    """Maps the keys added so far to int32 values.

    It takes 16 bytes per expected key, 11 if all values are 0. With more keys it grows by a half each time.

    Keys are int64 hashes, shape (rows,): one false match is expected in some 37 million files of a million
    rows. A key is in the first bucket from its own on that was not full.
    """

    def __init__(self, expected_keys: int = 0) -> None:
        self._allocate(max(_FIRST_BUCKETS, int(expected_keys / (_MAX_LOAD * _SLOTS)) + 1))
        self._count = 0

    def add(self, keys: np.ndarray, values: np.ndarray | None = None) -> Mask:
        """Add keys with their values, 0 by default; return the mask of those added before, or earlier in it.

        A key keeps its first value.
        """
        distinct, first = _distinct(_unsigned(keys))
        repeated = np.ones(len(keys), bool)
        repeated[first] = ~self._add_distinct(distinct, None if values is None else values[first])
        return repeated

    def get(self, keys: np.ndarray) -> np.ndarray:
        """Return the values, int32, of keys that have been added."""
        values: np.ndarray = self._values[self._find(_unsigned(keys))]
        return values

    def count(self, keys: np.ndarray) -> np.ndarray:
        """Add keys whose values are counts; return, int64, how often each occurred before it."""
        distinct, inverse, counts = np.unique(_unsigned(keys), return_inverse=True, return_counts=True)
        self._add_distinct(distinct, None)
        slots = self._find(distinct)
        before = self._values[slots].astype(np.int64)
        self._values[slots] += counts.astype(np.int32)
        order = np.argsort(inverse, kind="stable")
        occurrences = np.empty(len(keys), np.int64)
        occurrences[order] = _ranks(inverse[order])
        occurrences += before[inverse]
        return occurrences

    def _allocate(self, buckets: int) -> None:
        self._keys = np.zeros(buckets * _SLOTS, np.uint64)
        self._values = np.zeros(buckets * _SLOTS, np.int32)
        self._used = np.zeros(buckets, np.uint8)  # slots of each bucket

    def _add_distinct(self, keys: np.ndarray, values: np.ndarray | None) -> Mask:
        """Make room for distinct keys, sorted, and insert them with their values; return which were new."""
        buckets = len(self._used)
        while self._count + len(keys) > _MAX_LOAD * _SLOTS * buckets:
            buckets += buckets // 2
        if buckets > len(self._used):
            self._grow(buckets)
        new = self._insert(keys, values)
        self._count += int(new.sum())
        return new

    def _grow(self, buckets: int) -> None:
        """Move all keys to larger arrays, from the end of the old ones, which shrink meanwhile.

        So the memory of the old and of the new ones is never in use together.
        """
        keys, values = self._keys, self._values
        self._allocate(buckets)
        for start in reversed(range(0, len(keys), _MOVED)):
            order = np.argsort(keys[start:])
            order = order[keys[start:][order] != 0]
            moved, held = keys[start:][order], values[start:][order]
            keys.resize(start, refcheck=False)
            values.resize(start, refcheck=False)
            self._insert(moved, held if held.any() else None)

    def _insert(self, keys: np.ndarray, values: np.ndarray | None) -> Mask:
        """Insert distinct keys, sorted, with their values; return which were new."""
        new = np.ones(len(keys), bool)
        pending, buckets = np.arange(len(keys)), self._first_buckets(keys)
        while len(pending):
            known, _ = self._matches(keys[pending], buckets)
            new[pending[known]] = False
            pending, buckets = np.delete(pending, known), np.delete(buckets, known)
            places = self._used[buckets] + _ranks(buckets)
            fits = places < _SLOTS
            self._used[buckets[fits]] = places[fits] + 1  # of several in a bucket, the last is assigned
            self._put(buckets[fits] * _SLOTS + places[fits], pending[fits], keys, values)
            pending, buckets = pending[~fits], self._next(buckets[~fits])
        return new

    def _put(
        self, slots: np.ndarray, chosen: np.ndarray, keys: np.ndarray, values: np.ndarray | None
    ) -> None:
        self._keys[slots] = keys[chosen]
        if values is not None:  # or zeros would take memory
            self._values[slots] = values[chosen]

    def _find(self, keys: np.ndarray) -> np.ndarray:
        """Return the slots of keys that are in the table."""
        slots = np.empty(len(keys), np.int64)
        pending, buckets = np.arange(len(keys)), self._first_buckets(keys)
        while len(pending):
            found, places = self._matches(keys[pending], buckets)
            slots[pending[found]] = buckets[found] * _SLOTS + places
            pending, buckets = np.delete(pending, found), self._next(np.delete(buckets, found))
        return slots

    def _matches(self, keys: np.ndarray, buckets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the indices of the keys that are in their bucket, and their places in it."""
        held = self._keys.reshape(-1, _SLOTS).take(buckets, axis=0)
        return np.divmod(np.flatnonzero(held == keys[:, None]), _SLOTS)

    def _first_buckets(self, keys: np.ndarray) -> np.ndarray:
        """Return buckets that ascend with the keys, so that sorted keys access the table in order."""
        scaled = (keys >> _HALF) * np.uint64(len(self._used))
        return (scaled >> _HALF).view(np.int64)

    def _next(self, buckets: np.ndarray) -> np.ndarray:
        following: np.ndarray = (buckets + 1) % len(self._used)
        return following


def _unsigned(keys: np.ndarray) -> np.ndarray:
    """Return keys as uint64 other than zero, which marks a free slot."""
    unsigned = np.ascontiguousarray(keys).view(np.uint64)
    return np.where(unsigned == 0, np.uint64(1), unsigned)


def _distinct(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct keys, sorted, and the index of the first of each.

    `np.unique` takes five times as long, because its sort keeps the order of equal keys.
    """
    order = np.argsort(keys)
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]))
    return ordered[starts], np.minimum.reduceat(order, starts) if len(starts) else starts


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the number of equal values directly before each."""
    places = np.arange(len(values))
    starts = np.where(np.diff(values, prepend=-1) != 0, places, 0)
    ranks: np.ndarray = places - np.maximum.accumulate(starts)
    return ranks

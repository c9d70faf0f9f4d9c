"""The vectors of a dataset by hashes alone: which there may be, and what has to be done with them."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from tastetrend_embed.chunks import Chunk

Ids: TypeAlias = "np.ndarray[Any, np.dtype[np.bytes_]]"
Digests: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

ID_BYTES = 16
_ID = f"S{ID_BYTES}"  # NumPy drops zeros at the end of a single one, but compares and sorts as it should


class Entries:
    """One entry for each vector that may exist, sorted by id.

    Attributes:
        ids, digests: of the sentence, and of the metadata that its vector has, or is to have.
        pending: the vector has to be written or deleted; otherwise it is in the index as it should be.
        wanted: the sentence is in the current version of the dataset, as far as that has been read.
        changed: something became pending since the entries were last written.
    """

    def __init__(self, ids: Ids, digests: Digests, pending: Flags, wanted: Flags) -> None:
        self.ids = ids
        self.digests = digests
        self.pending = pending
        self.wanted = wanted
        self.changed = False
        self._may_exist = np.ones(len(ids), bool)
        self._deleted = np.zeros(len(ids), bool)

    @classmethod
    def empty(cls) -> "Entries":
        """Return no entries."""
        return cls(np.empty(0, _ID), np.empty(0, np.uint64), np.empty(0, bool), np.empty(0, bool))

    def forget_version(self) -> None:
        """Prepare for another version of the dataset: nothing of it has been read."""
        self.wanted[:] = False

    def plan(self, ids: Sequence[bytes], digests: Sequence[int]) -> None:
        """Add the sentences of a window; what is new or has other metadata becomes pending.

        Of sentences with one id, the first stays.
        """
        unique, first = np.unique(np.array(ids, _ID), return_index=True)
        metadata = np.array(digests, np.uint64)[first]
        at, known = self._find(unique)
        at, new_metadata = at[known], metadata[known]
        differs = ~self.wanted[at] & (self.digests[at] != new_metadata)
        self.digests[at] = np.where(differs, new_metadata, self.digests[at])
        self.pending[at] |= differs
        self.wanted[at] = True
        self.changed |= bool(differs.any()) or not known.all()
        self._add(unique[~known], metadata[~known])

    def plan_deletions(self) -> None:
        """Make pending what is not wanted, after the last window."""
        self.changed |= bool((~self.wanted & ~self.pending).any())
        self.pending |= ~self.wanted

    def select_pending(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return the chunks whose vectors have to be written."""
        at, known = self._find(self._array(chunks))
        digests = np.array([chunk.digest for chunk in chunks], np.uint64)
        needed = known & self.pending[at] & (self.digests[at] == digests)
        return [chunk for chunk, is_needed in zip(chunks, needed, strict=True) if is_needed]

    def may_exist(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return the chunks whose vectors may be in the index; the others have just been planned."""
        at, _ = self._find(self._array(chunks))
        return [chunk for chunk, exists in zip(chunks, self._may_exist[at], strict=True) if exists]

    def mark_done(self, chunks: Sequence[Chunk]) -> None:
        """Record that the vectors of chunks are in the index as they should be."""
        at, _ = self._find(self._array(chunks))
        self.pending[at] = False
        self._may_exist[at] = True

    @property
    def has_unwanted(self) -> bool:
        """Whether vectors have to be deleted."""
        return not self.wanted.all()

    def unwanted(self, size: int) -> Iterator[list[bytes]]:
        """Yield the ids of the vectors to delete, so many at once."""
        places = np.flatnonzero(~self.wanted)
        for start in range(0, len(places), size):
            ids = self.ids[places[start : start + size]].tolist()
            yield [each.ljust(ID_BYTES, b"\0") for each in ids]

    def mark_deleted(self, ids: Sequence[bytes]) -> None:
        """Record that vectors were deleted; their entries stay until `remove_deleted`."""
        at, _ = self._find(np.array(ids, _ID))
        self._deleted[at] = True

    def remove_deleted(self) -> None:
        """Remove the entries of deleted vectors."""
        if self._deleted.any():
            self._keep(~self._deleted)

    @staticmethod
    def _array(chunks: Sequence[Chunk]) -> Ids:
        return np.array([chunk.id for chunk in chunks], _ID)

    def _find(self, ids: Ids) -> tuple["np.ndarray[Any, np.dtype[np.intp]]", Flags]:
        """Return the place of each id, and whether it is there."""
        if not len(self.ids):
            return np.zeros(len(ids), np.intp), np.zeros(len(ids), bool)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return at, self.ids[at] == ids

    def _add(self, ids: Ids, digests: Digests) -> None:
        if not len(ids):
            return
        new = np.ones(len(ids), bool)
        self.ids = np.concatenate([self.ids, ids])
        self.digests = np.concatenate([self.digests, digests])
        self.pending = np.concatenate([self.pending, new])
        self.wanted = np.concatenate([self.wanted, new])
        self._may_exist = np.concatenate([self._may_exist, ~new])
        self._deleted = np.concatenate([self._deleted, ~new])
        self._keep(np.argsort(self.ids, kind="stable"))

    def _keep(self, which: "np.ndarray[Any, Any]") -> None:
        self.ids, self.digests = self.ids[which], self.digests[which]
        self.pending, self.wanted = self.pending[which], self.wanted[which]
        self._may_exist, self._deleted = self._may_exist[which], self._deleted[which]

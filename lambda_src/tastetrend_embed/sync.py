"""Makes the index equal to a dataset; killed at any point and started again, it has the same result.

The manifest names every vector before it is written, and until after it is deleted. Only the invocation that
holds the manifest's lease changes vectors, and Lambda stops it before the lease ends.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from tastetrend_embed.chunks import Chunk, Dataset, Window, vector_key
from tastetrend_embed.entries import Entries
from tastetrend_embed.manifest import Header
from tastetrend_embed.metadata import stored_metadata
from tastetrend_embed.models import LeasedError, SyncContext, SyncResult
from tastetrend_embed.vectors import MAX_DELETED, Vector
from tastetrend_etl.errors import ConcurrentWriteError, OutOfTimeError

BATCH = 50
"""So many sentences are embedded, then written; after a killed invocation, no more are paid for again."""

_SELECTED = 500  # chunks, looked up in the entries together
T = TypeVar("T")


def sync(key: str, context: SyncContext) -> SyncResult:
    """Make the index equal to the current version of a dataset.

    Raises:
        LeasedError: another invocation is doing so.
        OutOfTimeError: the time was over before anything was done.
    """
    header = context.manifests.find(key)
    if header.is_current(context.datasets.find_version(key)):
        return SyncResult()
    if header.lease_end > context.lease.now:
        raise LeasedError(f"{header.owner} holds the lease; the message will be delivered again")
    entries = context.manifests.read(key, header)
    with context.datasets.open(key) as dataset:
        return _Sync(key, context, dataset, header, entries).run()


@dataclass
class _Sync:
    """One invocation's work on a dataset; `header` is that of the manifest as it is in S3."""

    key: str
    context: SyncContext
    dataset: Dataset
    header: Header
    entries: Entries
    windows_before: int = 0
    windows_done: int = 0
    is_leased: bool = False
    result: SyncResult = field(default_factory=SyncResult)

    def __post_init__(self) -> None:
        """Continue with the version of the manifest, or begin with another one."""
        if self.header.version == self.dataset.version:
            self.windows_before = self.windows_done = self.header.windows_done
        else:
            self.entries.forget_version()

    def run(self) -> SyncResult:
        try:
            self._sync_windows()
            self._delete_unwanted()
            self._write(complete=True)
        except OutOfTimeError:
            return self._interrupted()
        except Exception:
            self._release()
            raise
        # Back to a version that was complete before, while this one was written: its message found no work.
        is_current = self.context.datasets.find_version(self.key) == self.dataset.version
        return replace(self.result, action="synced" if is_current else "continues")

    def _sync_windows(self) -> None:
        windows = self.dataset.windows()
        for window in windows[self.windows_done :]:
            self._plan(window, is_last=window is windows[-1])
            if self.entries.pending.any():
                self._acquire()
                self._write_pending(window)
            self.windows_done += 1

    def _plan(self, window: Window, *, is_last: bool) -> None:
        chunks = [(chunk.id, chunk.digest) for chunk in self._chunks(window)]
        self.entries.plan([each for each, _ in chunks], [digest for _, digest in chunks])
        if is_last:
            self.entries.plan_deletions()

    def _chunks(self, window: Window) -> Iterator[Chunk]:
        for chunk in self.dataset.chunks(window):
            self.context.check_time()
            yield chunk

    def _write_pending(self, window: Window) -> None:
        groups = _batches(self._chunks(window), _SELECTED)
        pending = (chunk for group in groups for chunk in self.entries.select_pending(group))
        for batch in _batches(pending, BATCH):
            self._write_batch(list({chunk.id: chunk for chunk in batch}.values()))

    def _write_batch(self, chunks: Sequence[Chunk]) -> None:
        stored = self._find_stored(self.entries.may_exist(chunks))
        embedded = self._embed([chunk for chunk in chunks if chunk.id not in stored])
        vectors = [
            self._vector(chunk, values)
            for chunk in chunks
            if (values := stored.get(chunk.id) or embedded[chunk.embedded_text])
        ]
        if vectors:
            self.context.vectors.put(vectors)
        self.entries.mark_done(chunks)
        self.result.restamped += len(stored)
        self.result.embedded += len(vectors) - len(stored)
        self.result.left_out += len(chunks) - len(vectors)

    def _find_stored(self, chunks: Sequence[Chunk]) -> dict[bytes, list[float]]:
        if not chunks:
            return {}
        self.context.check_time()
        stored = self.context.vectors.find([vector_key(self.key, chunk.id) for chunk in chunks])
        values = {chunk.id: stored.get(vector_key(self.key, chunk.id)) for chunk in chunks}
        return {each: numbers for each, numbers in values.items() if numbers}

    def _embed(self, chunks: Sequence[Chunk]) -> Mapping[str, list[float] | None]:
        self.context.check_time()
        return self.context.embedder.embed([chunk.embedded_text for chunk in chunks]) if chunks else {}

    def _vector(self, chunk: Chunk, values: list[float]) -> Vector:
        key = vector_key(self.key, chunk.id)
        metadata = stored_metadata(key, chunk.text, chunk.metadata)
        return {"key": key, "data": {"float32": values}, "metadata": metadata}

    def _delete_unwanted(self) -> None:
        if self.entries.has_unwanted:
            self._acquire()
        for ids in self.entries.unwanted(MAX_DELETED):
            self.context.check_time()
            self.context.vectors.delete([vector_key(self.key, each) for each in ids])
            self.entries.mark_deleted(ids)
            self.result.deleted += len(ids)

    def _acquire(self) -> None:
        """Write what may exist from now on, and take the lease, unless both are in the manifest."""
        if self.is_leased and not self.entries.changed:
            return
        self.context.check_time()
        if not self.is_leased:
            self.context.vectors.has_unanswered_write = False
        self._put_manifest(complete=False, lease_end=self.context.lease.end)
        self.is_leased = True

    def _interrupted(self) -> SyncResult:
        """Record what is done; another message continues.

        Raises:
            OutOfTimeError: nothing is done, so that another message would do no better.
        """
        if not self._has_progress():
            self._release()
            raise OutOfTimeError(
                "too little time was left to write a sentence; the message will be delivered again"
            )
        self._write(complete=False)
        return replace(self.result, action="continues")

    def _has_progress(self) -> bool:
        return self.windows_done > self.windows_before or self.result != SyncResult()

    def _release(self) -> None:
        """Record what is done before an error, as far as that is possible."""
        if self.is_leased:
            with suppress(BotoCoreError, ClientError, ConcurrentWriteError):
                self._write(complete=False)

    def _write(self, *, complete: bool) -> None:
        """Record what is done, and end the lease, unless a write may still take effect."""
        unanswered = self.is_leased and self.context.vectors.has_unanswered_write
        self._put_manifest(complete=complete, lease_end=self.context.lease.end if unanswered else 0)

    def _put_manifest(self, *, complete: bool, lease_end: int) -> None:
        self.entries.remove_deleted()
        owner = self.context.lease.owner
        header = Header(self.dataset.version, self.windows_done, complete, owner, lease_end)
        self.header = self.context.manifests.write(self.key, self.header, header, self.entries)
        self.entries.changed = False


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

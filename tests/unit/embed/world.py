"""A simulated S3, index and model with faults, in which invocations can be killed and can take turns."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b

from botocore.exceptions import ClientError, ReadTimeoutError

from tastetrend_embed.chunks import GONE, Chunk, vector_key
from tastetrend_embed.entries import Entries
from tastetrend_embed.manifest import Header
from tastetrend_embed.metadata import stored_metadata
from tastetrend_embed.models import Lease, SyncContext
from tastetrend_embed.sync import sync
from tastetrend_etl.errors import ConcurrentWriteError, OutOfTimeError

KEY = "processed/processed_reviews.csv.parquet"
LEASE_S = 100  # in the simulation; an invocation ends well before
WINDOW = 2  # rows

Row = tuple[str, str, int]
"""Review id, sentences separated by spaces, rating."""
Content = tuple[Row, ...] | None
"""The rows of a dataset; None when there is none."""

OLD: Content = (("a", "A1 A2", 5), ("b", "B1", 4), ("c", "C1 C2", 3))
CONTENTS: list[Content] = [
    OLD,
    (("a", "A1 A9", 5), ("b", "B1", 1), ("c", "C1 C2", 3)),  # another text, another rating
    (("c", "C1 C2", 3), ("a", "A1 A2", 2), ("d", "D1 D2 D3", 4), ("e", "E1", 1), ("a", "A1", 1)),
    (("b", "B1", 4),),
    None,
]


class KilledError(BaseException):
    """The invocation is killed: nothing of its code runs any more."""


@cache
def chunks_of(row: Row) -> list[Chunk]:
    review, text, rating = row
    metadata = {"review_id": review, "rating": rating}
    return [
        Chunk(blake2b(f"{review}/{word}".encode(), digest_size=16).digest(), rating, word, metadata)
        for word in text.split()
    ]


def values_of(text):
    return [float(text[1:]), float(ord(text[0]))]


def expected_vectors(content: Content):
    """Return the vectors of a dataset; of sentences with one id, the first counts."""
    vectors: dict = {}
    for chunk in (chunk for row in content or () for chunk in chunks_of(row)):
        key = vector_key(KEY, chunk.id)
        vectors.setdefault(key, (values_of(chunk.text), stored_metadata(key, chunk.text, chunk.metadata)))
    return vectors


@dataclass
class World:
    """What is in S3 and in the index.

    Attributes:
        in_flight: effects of requests without a response, which may come later.
        embedded: each text that the model was asked for.
    """

    content: Content = None
    manifest: tuple[Header, Entries] | None = None
    vectors: dict = field(default_factory=dict)
    in_flight: list[Callable[[], None]] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)
    now: float = 1_000
    writes: int = 0

    def copy(self):
        return replace(self, vectors=dict(self.vectors), in_flight=[], embedded=[])

    def pass_time(self):
        """Let every lease end, after every request has taken effect."""
        for effect in self.in_flight:
            effect()
        self.in_flight.clear()
        self.now += 2 * LEASE_S

    def is_converged(self):
        header = self.manifest[0] if self.manifest else Header()
        return self.vectors == expected_vectors(self.content) and header.complete


Fate = str | None
"""What happens to a request: one of `FATES`, None for nothing."""
KILLED_BEFORE, KILLED_AFTER, KILLED_DURING = "killed before", "killed after", "killed, effect later"
ERROR, LOST, DONE, LATE = "an error", "time-out without effect", "time-out after it", "time-out, effect later"
RETRIED, OUT_OF_TIME = "sent twice, first effect later", "out of time"
KILLS = [KILLED_BEFORE, KILLED_AFTER, KILLED_DURING]
FATES = [*KILLS, ERROR, LOST, DONE, LATE, RETRIED, OUT_OF_TIME]


@dataclass
class Invocation:
    """The requests of one invocation: counts them, and lets `decide` choose the `fate` of each."""

    world: World
    decide: Callable[[int], Fate] = lambda _: None
    calls: int = 0
    fate: Fate = None
    is_late: bool = False
    has_unanswered_write: bool = False

    def request(self, effect, *, is_write=False):
        self.fate = fate = self.decide(self.calls)
        self.calls += 1
        self.is_late |= fate == OUT_OF_TIME
        if fate == KILLED_BEFORE:
            raise KilledError
        if fate == ERROR:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Any")
        if fate in {LOST, DONE, LATE, RETRIED}:
            self.has_unanswered_write |= is_write
        if fate in {KILLED_DURING, LATE, RETRIED} and is_write:
            self.world.in_flight.append(effect)
        result = effect() if fate in {None, OUT_OF_TIME, KILLED_AFTER, DONE, RETRIED} else None
        if fate in KILLS:
            raise KilledError
        if fate in {LOST, DONE, LATE}:
            raise ReadTimeoutError(endpoint_url="")
        return result

    def check_time(self):
        if self.is_late:
            raise OutOfTimeError("late")

    def context(self, owner="request"):
        lease = Lease(owner, self.world.now, int(self.world.now) + LEASE_S)
        return SyncContext(
            FakeDatasets(self), FakeManifests(self), FakeIndex(self), FakeModel(self), lease, self.check_time
        )

    def run(self, algorithm=sync):
        """Return the result, or the error that fails the message."""
        try:
            return algorithm(KEY, self.context())
        except (Exception, KilledError) as error:  # noqa: BLE001 # the caller decides
            return error


@dataclass
class FakeDataset:
    """A version of a dataset."""

    version: str
    rows: tuple[Row, ...]

    def windows(self):
        return [range(start, start + WINDOW) for start in range(0, len(self.rows), WINDOW)] or [range(0)]

    def chunks(self, window):
        for row in self.rows[window.start : window.stop]:
            yield from chunks_of(row)


@dataclass
class FakeDatasets:
    """The dataset in S3."""

    invocation: Invocation

    def find_version(self, _key):
        return self.invocation.request(lambda: version_of(self.invocation.world.content))

    @contextmanager
    def open(self, _key):
        content = self.invocation.request(lambda: self.invocation.world.content)
        yield FakeDataset(version_of(content), content or ())


def version_of(content: Content) -> str:
    """Return the same for the same rows, as an ETag does."""
    return GONE if content is None else str(hash(content))


@dataclass
class FakeManifests:
    """The manifest in S3."""

    invocation: Invocation

    def _header(self):
        manifest = self.invocation.world.manifest
        return manifest[0] if manifest else Header()

    def find(self, _key):
        return self.invocation.request(self._header)

    def read(self, _key, header):
        def get():
            if self._header() != header:
                raise ConcurrentWriteError("changed")
            manifest = self.invocation.world.manifest
            return clone(manifest[1]) if manifest else Entries.empty()

        return self.invocation.request(get)

    def write(self, _key, expected, header, entries):
        world = self.invocation.world
        world.writes += 1
        header, written = replace(header, write_id=str(world.writes)), clone(entries)

        def put():
            if self._header().write_id != expected.write_id:
                raise ConcurrentWriteError("changed")
            world.manifest = (header, written)

        self.invocation.request(put)
        return header


def clone(entries):
    """Return what a manifest keeps of entries."""
    return Entries(
        *(array.copy() for array in (entries.ids, entries.digests, entries.pending, entries.wanted))
    )


@dataclass
class FakeIndex:
    """The index of vectors."""

    invocation: Invocation

    @property
    def has_unanswered_write(self):
        return self.invocation.has_unanswered_write

    @has_unanswered_write.setter
    def has_unanswered_write(self, value):
        self.invocation.has_unanswered_write = value

    def find(self, keys):
        vectors = self.invocation.world.vectors
        return self.invocation.request(lambda: {key: vectors[key][0] for key in keys if key in vectors})

    def put(self, vectors):
        new = {each["key"]: (each["data"]["float32"], each["metadata"]) for each in vectors}
        self.invocation.request(lambda: self.invocation.world.vectors.update(new), is_write=True)

    def delete(self, keys):
        def delete():
            for key in keys:
                self.invocation.world.vectors.pop(key, None)

        self.invocation.request(delete, is_write=True)


@dataclass
class FakeModel:
    """The model, which embeds a batch in one request."""

    invocation: Invocation

    def embed(self, texts):
        def embed():
            self.invocation.world.embedded.extend(texts)
            return {text: values_of(text) for text in texts}

        return self.invocation.request(embed)


def obvious_way(key, context):
    """Synchronise as the obvious algorithm does: vectors first, then the manifest, without a lease."""
    header = context.manifests.find(key)
    if header.is_current(context.datasets.find_version(key)):
        return
    entries = context.manifests.read(key, header)
    entries.forget_version()
    with context.datasets.open(key) as dataset:
        chunks = [chunk for window in dataset.windows() for chunk in dataset.chunks(window)]
        entries.plan([chunk.id for chunk in chunks], [chunk.digest for chunk in chunks])
        for chunk in entries.select_pending(chunks):
            vector = vector_key(key, chunk.id)
            metadata = stored_metadata(vector, chunk.text, chunk.metadata)
            values = context.embedder.embed([chunk.text])[chunk.text]
            context.vectors.put([{"key": vector, "data": {"float32": values}, "metadata": metadata}])
            entries.mark_done([chunk])
        for unwanted in entries.unwanted(100):
            context.vectors.delete([vector_key(key, each) for each in unwanted])
            entries.mark_deleted(unwanted)
        entries.remove_deleted()
        context.manifests.write(key, header, Header(dataset.version), entries)


class Turns:
    """Runs invocations in threads, one request of one of them at a time."""

    def __init__(self, invocation: Invocation, algorithm, choose: Callable[[], Fate]):
        self.is_killed = False
        self.result: object = None
        self._choose = choose
        self._turn, self._paused = threading.Lock(), threading.Lock()  # faster than semaphores
        self._turn.acquire()
        self._paused.acquire()
        invocation.decide = self._wait
        self._thread = threading.Thread(target=self._run, args=(invocation, algorithm), daemon=True)
        self._thread.start()
        self._paused.acquire()

    @property
    def has_ended(self):
        return self.result is not None

    def step(self):
        """Let one request pass."""
        self._turn.release()
        self._paused.acquire()

    def kill(self):
        self.is_killed = True
        while not self.has_ended:
            self.step()

    def _run(self, invocation, algorithm):
        self.result = invocation.run(algorithm) or "done"
        self._paused.release()

    def _wait(self, _number):
        self._paused.release()
        self._turn.acquire()
        return KILLED_BEFORE if self.is_killed else self._choose()

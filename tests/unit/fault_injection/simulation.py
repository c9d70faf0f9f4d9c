"""Lets concurrent invocations take turns at each S3 request, and explores every schedule of the turns."""

import hashlib
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from urllib.parse import urlsplit

_VERSION_SUFFIX = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class Worker(threading.Thread):
    """Runs an invocation that waits for its turn before each S3 request.

    Attributes:
        seen: S3's responses so far; an invocation is deterministic, so they are its whole state.
        multipart_etag: ETag of the raw content of its multipart upload in progress.
    """

    def __init__(self, invoke: Callable[[], object]):
        super().__init__(daemon=True)
        self._invoke = invoke
        self._turn, self._waiting = threading.Semaphore(0), threading.Semaphore(0)
        self.seen: list[tuple] = []
        self.multipart_etag = ""
        self.ended = False
        self.result: object = None

    def run(self):
        try:
            self.result = self._invoke()
        except Exception as error:  # noqa: BLE001 # the test asserts on it
            self.result = error
        self.ended = True
        self._waiting.release()

    def start(self):
        super().start()
        self._waiting.acquire()

    def step(self):
        """Let one request pass; return when the next one waits or the invocation has ended."""
        self._turn.release()
        self._waiting.acquire()

    def wait_for_turn(self):
        self._waiting.release()
        self._turn.acquire()


@dataclass
class Simulation:
    """The workers and the part of S3's content that decides how they continue.

    Attributes:
        key: the raw key of all invocations.
        objects: path and, for objects with a version in their key, raw ETag → ETag of the raw content.
        without_turn: prefixes of paths whose requests do not wait for a turn.
        datasets: ETags of the raw contents of the dataset of reviews, in the order of the writes.
        parts: the same of its curated part.
    """

    key: str
    workers: list[Worker]
    without_turn: tuple[str, ...] = ()
    objects: dict = field(default_factory=dict)
    datasets: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def __post_init__(self):
        self._hash = hashlib.sha256(self.key.encode()).hexdigest()[:32]

    def answer(self, request, respond):
        worker = threading.current_thread()
        if not isinstance(worker, Worker):
            return respond(request)
        path = _VERSION_SUFFIX.sub("", urlsplit(request.url).path.replace(self.key, "KEY"))
        path = path.replace(self._hash, "HASH")
        if not path.startswith(self.without_turn):
            worker.wait_for_turn()
        response = respond(request)
        header = "etag" if path == "/KEY" else "x-amz-meta-source-etag"
        raw_etag = response.headers.get(header)
        worker.seen.append((request.method, path, response.status_code, raw_etag))
        self._record(worker, path, raw_etag, request, response)
        return response

    def _record(self, worker, path, raw_etag, request, response):
        """Record a write; only the first request of a multipart upload has the raw ETag in its headers."""
        sent_etag = request.headers.get("x-amz-meta-source-etag", b"").decode()
        if request.method == "POST" and sent_etag:
            worker.multipart_etag = sent_etag
        elif "partNumber=" in request.url:
            pass  # not visible before its upload is completed
        elif request.method in ("PUT", "POST") and response.status_code == 200:
            self._record_write(path, raw_etag or sent_etag or worker.multipart_etag)
        elif request.method == "DELETE" and response.status_code == 204 and "uploadId=" not in request.url:
            self.objects.pop((path, ""), None)  # a dataset from before the simulation is not in it

    def _record_write(self, path, raw_etag):
        if path == "/processed/processed_KEY.parquet":
            self.datasets.append(raw_etag)
        if path == "/curated/reviews/HASH.parquet":
            self.parts.append(raw_etag)
        versioned = path.startswith(("/processed/logs/", "/rejected/"))
        self.objects[path, raw_etag if versioned else ""] = raw_etag

    @property
    def state(self):
        """Two simulations with equal states continue equally."""
        seen = tuple(tuple(worker.seen) for worker in self.workers)
        return seen, tuple(sorted(self.objects.items(), key=str))

    @property
    def ready(self):
        return [index for index, worker in enumerate(self.workers) if not worker.ended]


@dataclass
class ExploredSchedules:
    """The number of complete runs, and state → worker index → next state."""

    runs: int = 0
    turns: dict = field(default_factory=dict)

    def interleavings(self):
        """Return the number of different schedules that the explored turns form."""

        @cache
        def schedules(state):
            return sum(map(schedules, self.turns[state].values())) if state in self.turns else 1

        return schedules(next(iter(self.turns)))


def explore_schedules(
    faulty_s3, set_up: Callable[[str], Simulation], check: Callable[[Simulation], None], *, max_runs: int
) -> ExploredSchedules:
    """Run and check every schedule; a run starts only for a turn that leads to an unexplored state.

    With fewer runs than there are, the schedules are a random sample, the same each time.
    """
    choice = random.Random(0)  # noqa: S311 # no secret
    explored, respond, names = ExploredSchedules(), faulty_s3.answer, count()
    unexplored: list[tuple[int, ...]] = [()]
    while unexplored and explored.runs < max_runs:
        simulation = set_up(f"r{next(names)}.csv")
        faulty_s3.answer = lambda request, simulation=simulation: simulation.answer(request, respond)
        for worker in simulation.workers:
            worker.start()
        unexplored += _run(simulation, unexplored.pop(choice.randrange(len(unexplored))), explored)
        faulty_s3.answer = respond
        check(simulation)
        explored.runs += 1
    return explored


def _run(simulation: Simulation, prefix: tuple[int, ...], explored: ExploredSchedules):
    """Follow a schedule that starts with `prefix` to its end; return the prefixes of its alternatives."""
    alternatives, schedule = [], ()
    while ready := simulation.ready:
        state = simulation.state
        if state not in explored.turns:
            explored.turns[state] = {}
            alternatives += [(*schedule, index) for index in ready[1:]]
        index = prefix[len(schedule)] if len(schedule) < len(prefix) else ready[0]
        simulation.workers[index].step()
        explored.turns[state][index] = simulation.state
        schedule = (*schedule, index)
    return alternatives

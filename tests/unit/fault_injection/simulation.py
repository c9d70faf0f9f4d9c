"""Lets invocations take turns at each S3 request, and tries every order in which they can."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from urllib.parse import urlsplit

_STAMP = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class Actor(threading.Thread):
    """Does its work, but waits before each S3 request until it is its turn."""

    def __init__(self, work: Callable[[], object]):
        super().__init__(daemon=True)
        self._work = work
        self._turn, self._waiting = threading.Semaphore(0), threading.Semaphore(0)
        self.seen: list[tuple] = []  # what S3 answered; a deterministic work's state is no more than this
        self.uploads_made_of = ""  # the raw content of which the multipart upload under way was made
        self.ended = False
        self.result: object = None

    def run(self):
        try:
            self.result = self._work()
        except Exception as error:  # noqa: BLE001 # whatever it is, the test judges it
            self.result = error
        self.ended = True
        self._waiting.release()

    def start(self):
        super().start()
        self._waiting.acquire()

    def step(self):
        """Let one request pass, and return when the next waits or there is none."""
        self._turn.release()
        self._waiting.acquire()

    def wait_for_turn(self):
        self._waiting.release()
        self._turn.acquire()


@dataclass
class World:
    """What the actors share: the S3 behind a stand-in, seen as far as it decides what happens next.

    Attributes:
        key: the raw key that all is about.
        objects: what stands, by what it is and of which raw content it was made.
        datasets: the raw contents of which the dataset was made, in the order of the writes.
    """

    key: str
    actors: list[Actor]
    objects: dict = field(default_factory=dict)
    datasets: list[str] = field(default_factory=list)

    def answer(self, request, truly):
        actor = threading.current_thread()
        if not isinstance(actor, Actor):
            return truly(request)
        actor.wait_for_turn()
        response = truly(request)
        path = urlsplit(request.url).path.replace(self.key, "KEY")
        what, made_of = _STAMP.sub("", path), response.headers.get("x-amz-meta-source-etag")
        if path == "/KEY":
            made_of = response.headers.get("etag")
        actor.seen.append((request.method, what, response.status_code, made_of))
        self._note(actor, what, made_of, request, response)
        return response

    def _note(self, actor, what, made_of, request, response):
        """Note what an object was made of; of one in parts, the request that starts them says so."""
        sent = request.headers.get("x-amz-meta-source-etag", b"").decode()
        if request.method == "POST" and sent:
            actor.uploads_made_of = sent
        elif request.method in ("PUT", "POST") and response.status_code == 200:
            self._note_write(what, made_of or sent or actor.uploads_made_of)

    def _note_write(self, what, made_of):
        if what == "/processed/processed_KEY.parquet":
            self.datasets.append(made_of)
        several = what.startswith(("/processed/logs/", "/processed/rejected/"))
        self.objects[what, made_of if several else ""] = made_of

    @property
    def state(self):
        """Two worlds in one state have one future."""
        seen = tuple(tuple(actor.seen) for actor in self.actors)
        return seen, tuple(sorted(self.objects.items(), key=str))

    @property
    def ready(self):
        return [place for place, actor in enumerate(self.actors) if not actor.ended]


@dataclass
class Explored:
    """What was tried: runs from beginning to end, the states met, and where each turn led."""

    runs: int = 0
    turns: dict = field(default_factory=dict)

    def interleavings(self):
        """Return in how many orders the turns that were tried can follow one another."""

        @cache
        def ways(state):
            return sum(map(ways, self.turns[state].values())) if state in self.turns else 1

        return ways(next(iter(self.turns)))


def explore(
    standin, begin: Callable[[str], World], check: Callable[[World], None], *, most_runs: int
) -> Explored:
    """Try every order of turns, one run for each turn that leads to a state not met before."""
    explored, truly, names = Explored(), standin.answer, count()
    untried: list[tuple[int, ...]] = [()]
    while untried and explored.runs < most_runs:
        world = begin(f"r{next(names)}.csv")
        standin.answer = lambda request, world=world: world.answer(request, truly)
        for actor in world.actors:
            actor.start()
        untried += _run(world, untried.pop(), explored)
        standin.answer = truly
        check(world)
        explored.runs += 1
    return explored


def _run(world: World, beginning: tuple[int, ...], explored: Explored) -> list[tuple[int, ...]]:
    """Follow a beginning to the end; return the beginnings that were met and not followed."""
    others, done = [], ()
    while ready := world.ready:
        state = world.state
        if state not in explored.turns:
            explored.turns[state] = {}
            others += [(*done, place) for place in ready[1:]]
        place = beginning[len(done)] if len(done) < len(beginning) else ready[0]
        world.actors[place].step()
        explored.turns[state][place] = world.state
        done = (*done, place)
    return others

"""However invocations run, are disturbed or end, no more tokens are sent on a day than the budget has."""

import io
import json
import random
from collections import Counter as Counts
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tastetrend_embed import budget as module
from tastetrend_embed.budget import PREFIX, Budget, Counter, OverBudgetError
from tastetrend_embed.embedding import Embedder, max_tokens
from tastetrend_etl.errors import ConcurrentWriteError
from tests.unit.conftest import PROCESSED
from tests.unit.embed.world import FATES, KILLS, OUT_OF_TIME, RETRIED, Invocation, KilledError, Turns, World
from tests.unit.serial import SerialExecutor

LIMIT, PORTION = 100, 40
TEXTS = [[f"{name}{number} 789 abc" for name in "xy"] for number in range(4)]  # batches of two texts
TOKENS = 4  # of each text, of which at most 18 are expected
SCHEDULES = 500
TODAY = "2026-11-26"


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch):
    monkeypatch.setattr(module, "PORTION", PORTION)


@dataclass
class Account(World):
    """The counters in S3, and what was sent to the model.

    Attributes:
        counters: tokens and ETag of each day.
        paid: tokens that the model counted, by the day on which they were reserved.
    """

    today: str = TODAY
    counters: dict[str, tuple[int, str]] = field(default_factory=dict)
    paid: Counts = field(default_factory=Counts)

    def is_within_budget(self):
        self.pass_time()
        return all(
            tokens <= LIMIT and tokens <= self.counters[day][0] <= LIMIT for day, tokens in self.paid.items()
        )


@dataclass
class FakeCounter:
    """The counter in S3, whose requests can have any fate."""

    invocation: Invocation
    is_conditional: bool = True

    def _counters(self):
        return self.invocation.world.counters

    def read(self, day):
        return self.invocation.request(lambda: self._counters().get(day, (0, "")))

    def write(self, day, tokens, etag):
        world = self.invocation.world
        world.writes += 1
        written = tokens, str(world.writes)

        def put():
            is_expected = self._counters().get(day, (0, ""))[1] == etag
            if is_expected or not self.is_conditional:
                self._counters()[day] = written
            return is_expected

        was_expected = self.invocation.request(put, is_write=True)
        if self.is_conditional and not was_expected:
            raise ConcurrentWriteError("changed")
        if self.invocation.fate == RETRIED:  # the first request had the effect, and the second found it
            raise ConcurrentWriteError("changed by the first request")


@dataclass
class PaidModel:
    """A client of Bedrock that counts what it has to be paid for."""

    invocation: Invocation
    day: str = ""

    def invoke_model(self, **_):
        paid, day = self.invocation.world.paid, self.day
        self.invocation.request(lambda: paid.update({day: TOKENS}), is_write=True)
        answer = {"embedding": [1.0], "inputTextTokenCount": TOKENS}
        retries = int(self.invocation.fate == RETRIED)
        return {
            "body": io.BytesIO(json.dumps(answer).encode()),
            "ResponseMetadata": {"RetryAttempts": retries},
        }


def embedding(batches, *, is_conditional=True):
    """Return an algorithm that embeds batches of texts, as an invocation of the function does."""

    def run(invocation):
        world, model = invocation.world, PaidModel(invocation)
        budget = Budget(FakeCounter(invocation, is_conditional), LIMIT, lambda: world.today)
        embedder = Embedder(model, "a model", SerialExecutor(), budget)
        with suppress(Exception):  # not a kill
            for texts in batches:
                model.day = world.today
                embedder.embed(texts)
        with suppress(BotoCoreError, ClientError, ConcurrentWriteError):
            budget.release()

    return run


class Embedding(Invocation):
    """An invocation that embeds batches of texts."""

    def run(self, algorithm):
        with suppress(KilledError):
            algorithm(self)


def start(world, algorithm, choose=lambda: None):
    return Turns(Embedding(world), algorithm, choose)


def finish(*running):
    for each in running:
        while not each.has_ended:
            each.step()


def test_in_every_order_of_the_requests_of_two_invocations_it_holds():
    algorithm = embedding([TEXTS[0][:1]])
    ends = Counts()
    for order in combinations(range(10), 5):
        world = Account()
        first, second = start(world, algorithm), start(world, algorithm)
        for place in range(10):
            turn = first if place in order else second
            if not turn.has_ended:
                turn.step()
        finish(first, second)
        ends[world.is_within_budget(), world.paid[TODAY]] += 1

    assert ends == {(True, 2 * TOKENS): 252}


class RandomRun:
    """A random schedule of up to three invocations at once, with faults and a change of the day."""

    def __init__(self, seed, *, is_conditional=True):
        self.random = random.Random(seed)  # noqa: S311 # schedules
        self.world, self.running = Account(), []
        self.is_conditional = is_conditional

    def fate(self):
        return self.random.choice(FATES) if self.random.random() < 0.05 else None

    def start(self):
        if len(self.running) < 3:
            batches = self.random.sample(TEXTS, self.random.randint(1, 4))
            algorithm = embedding(batches, is_conditional=self.is_conditional)
            self.running.append(start(self.world, algorithm, self.fate))

    def step(self):
        if self.running:
            self.random.choice(self.running).step()
        self.running = [each for each in self.running if not each.has_ended]

    def kill(self):
        if self.running:
            self.running.pop(self.random.randrange(len(self.running))).kill()

    def next_day(self):
        self.world.today = "2026-11-27"

    def run(self):
        actions = [self.start, self.step, self.kill, self.next_day]
        for action in self.random.choices(actions, [10, 100, 1, 0.3], k=250):
            action()
        finish(*self.running)
        return self.world.is_within_budget()


def test_in_random_schedules_with_faults_it_holds():
    assert [seed for seed in range(SCHEDULES) if not RandomRun(seed).run()] == []


def test_without_the_condition_of_the_write_it_does_not_hold():
    assert not all(RandomRun(seed, is_conditional=False).run() for seed in range(SCHEDULES // 5))


def spent(*batches, at=None, fate=None):
    """Return the world after an invocation with a fate for one request, and how many requests it sent."""
    world = Account()
    invocation = Embedding(world, lambda number: fate if number == at else None)
    invocation.run(embedding(batches))
    world.pass_time()
    return world, invocation.calls


def test_what_is_not_used_is_given_back_at_the_end():
    world, _ = spent(*TEXTS)

    assert world.counters[TODAY][0] == world.paid[TODAY] == 8 * TOKENS


def test_a_killed_invocation_leaves_a_portion_reserved_at_most():
    _, calls = spent(*TEXTS)
    for fate in KILLS:
        for at in range(calls):
            world, _ = spent(*TEXTS, at=at, fate=fate)
            reserved = world.counters.get(TODAY, (0, ""))[0]

            assert 0 <= reserved - world.paid[TODAY] <= PORTION


@pytest.mark.parametrize("fate", [fate for fate in FATES if fate not in {*KILLS, OUT_OF_TIME}])
def test_after_a_fault_of_a_request_nothing_that_may_be_paid_is_given_back(fate):
    _, calls = spent(*TEXTS)
    for at in range(calls):
        world, _ = spent(*TEXTS, at=at, fate=fate)

        assert world.is_within_budget()


def test_few_batches_need_requests(monkeypatch):
    monkeypatch.setattr(module, "PORTION", LIMIT)
    _, calls = spent(*TEXTS)

    assert calls == 8 + 4  # to the model for each text, and to read and write the counter twice


class StoredCounter:
    """A counter that is not shared."""

    def __init__(self):
        self.tokens, self.reads = {}, 0

    def read(self, day):
        self.reads += 1
        return self.tokens.get(day, 0), ""

    def write(self, day, tokens, _etag):
        self.tokens[day] = tokens


def test_what_is_left_of_a_day_is_not_used_on_the_next():
    counter, days = StoredCounter(), [TODAY, TODAY, "2026-11-27"]
    budget = Budget(counter, LIMIT, lambda: days.pop(0))
    for _ in range(3):
        budget.reserve(10)

    assert counter.tokens == {TODAY: PORTION, "2026-11-27": PORTION}


def test_over_the_budget_one_request_tells_whether_it_was_raised():
    counter = StoredCounter()
    budget = Budget(counter, LIMIT, lambda: TODAY)
    budget.check()
    assert counter.reads == 0
    with pytest.raises(OverBudgetError, match="101 tokens are needed, but 100 of the 100"):
        budget.reserve(LIMIT + 1)
    for reads in (2, 3):
        with pytest.raises(OverBudgetError):
            budget.check()
        assert counter.reads == reads
    budget._limit += 1  # noqa: SLF001 # as another instance has it
    budget.check()
    budget.check()

    assert counter.reads == 4


def test_when_others_always_reserve_in_between_the_message_fails():
    class Contended(StoredCounter):
        def write(self, *_):
            raise ConcurrentWriteError("changed")

    counter = Contended()
    with pytest.raises(ConcurrentWriteError, match="will be delivered again"):
        Budget(counter, LIMIT, lambda: TODAY).reserve(1)

    assert counter.reads == 5


@pytest.mark.parametrize(("text", "tokens"), [("", 8), ("Good soup.", 18), ("美味", 14)])
def test_a_text_is_expected_to_have_a_token_for_each_byte_and_some_more(text, tokens):
    assert max_tokens(text) == tokens


@pytest.fixture
def counter(store):
    return Counter(store.client, PROCESSED)


def test_the_counter_of_a_day_is_an_object(counter, store):
    assert counter.read(TODAY) == (0, "")
    counter.write(TODAY, 5, "")
    tokens, etag = counter.read(TODAY)
    counter.write(TODAY, 7, etag)

    assert tokens == 5
    assert counter.read(TODAY)[0] == 7
    assert store.keys() == [f"{PREFIX}{TODAY}.json"]


def test_a_counter_that_has_changed_is_not_written(counter):
    counter.write(TODAY, 5, "")
    _, etag = counter.read(TODAY)
    with pytest.raises(ConcurrentWriteError):
        counter.write(TODAY, 6, "")
    counter.write(TODAY, 5, etag)  # the same number, but not the same write
    with pytest.raises(ConcurrentWriteError):
        counter.write(TODAY, 6, etag)

    assert counter.read(TODAY)[0] == 5

"""Whatever happens to invocations, the index is that of the dataset in the end."""

import random
from itertools import product

import pytest
from botocore.exceptions import ClientError

from tastetrend_embed.models import LeasedError, SyncResult
from tastetrend_embed.sync import sync
from tastetrend_etl.errors import OutOfTimeError
from tests.unit.embed.world import (
    CONTENTS,
    ERROR,
    FATES,
    KILLED_AFTER,
    KILLED_BEFORE,
    KILLS,
    LATE,
    OLD,
    OUT_OF_TIME,
    Invocation,
    Turns,
    World,
    obvious_way,
)

INTERLEAVINGS = 4_000
BATCH = 2


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("tastetrend_embed.sync.BATCH", BATCH)
    monkeypatch.setattr("tastetrend_embed.sync.MAX_DELETED", BATCH)
    monkeypatch.setattr("tastetrend_embed.sync._SELECTED", 3)


def deliver(world, algorithm=sync):
    """Deliver a message until it is done, as SQS does; return the requests of the last invocation."""
    for _ in range(20):
        invocation = Invocation(world)
        result = invocation.run(algorithm)
        if not needs_message(result):
            return invocation.calls
        world.pass_time()
    raise AssertionError(result)


def needs_message(result):
    return isinstance(result, BaseException) or getattr(result, "action", "") == "continues"


def disturbed(before, content, fate, at, algorithm=sync):
    """Return the world after a fault in one request, and the invocation's result."""
    world = before.copy()
    world.content = content
    return world, Invocation(world, lambda number: fate if number == at else None).run(algorithm)


def each_fault(fates, algorithm=sync):
    """Yield the world before, the new content, a fault, and the request that it is in."""
    for first, second in product(CONTENTS, CONTENTS):
        before = World(first)
        deliver(before, algorithm)
        clean = before.copy()
        clean.content = second
        calls = deliver(clean, algorithm)
        yield from product([before], [second], fates, range(calls))


def count_wrong_ends(fates, algorithm, thirds=CONTENTS):
    """Return after how many faults and next contents the index was compared, and how often it was wrong."""
    ends = []
    for (before, second, fate, at), third in product(each_fault(fates, algorithm), thirds):
        world, _ = disturbed(before, second, fate, at, algorithm)
        world.content = third
        deliver(world, algorithm)
        world.pass_time()
        ends.append(world.is_converged())
    return len(ends), ends.count(False)


class RandomRun:
    """A random schedule of messages, contents, faults and time, with at most three invocations at once."""

    def __init__(self, seed, algorithm):
        self.random = random.Random(seed)  # noqa: S311 # schedules
        self.algorithm = algorithm
        self.world, self.messages, self.running = World(), 0, []
        self.write()

    def write(self):
        self.world.content = self.random.choice(CONTENTS)
        self.messages += 1 + (self.random.random() < 0.2)  # a message may come twice

    def fate(self):
        return self.random.choice(FATES) if self.random.random() < 0.05 else None

    def start(self):
        if self.messages and len(self.running) < 3:
            self.messages -= 1
            self.running.append(Turns(Invocation(self.world), self.algorithm, self.fate))

    def step(self):
        if self.running:
            self.random.choice(self.running).step()
            self.collect()

    def collect(self):
        self.messages += sum(needs_message(each.result) for each in self.running if each.has_ended)
        self.running = [each for each in self.running if not each.has_ended]

    def kill_all(self):
        for each in self.running:
            each.kill()
        self.collect()

    def take_effect(self):
        if self.world.in_flight:
            self.world.in_flight.pop(0)()

    def pass_time(self):
        self.kill_all()
        self.world.pass_time()

    def end(self):
        while self.running:
            self.step()
        while self.messages:
            self.messages -= 1
            self.world.pass_time()
            deliver(self.world, self.algorithm)
        self.world.pass_time()
        return self.world.is_converged()

    def run(self):
        actions = [self.step] * 16 + [self.start] * 6 + [self.write] * 2 + [self.take_effect]
        for _ in range(28):
            self.random.choice(actions)()
            if self.random.random() < 0.01:
                self.pass_time()
        return self.end()


def test_no_kill_leaves_a_wrong_index():
    ends, wrong = count_wrong_ends([KILLED_BEFORE, KILLED_AFTER], sync)

    assert ends > 2_000
    assert wrong == 0


def test_a_kill_of_the_obvious_way_leaves_a_wrong_index():
    _, wrong = count_wrong_ends([KILLED_BEFORE, KILLED_AFTER], obvious_way, [None, OLD])

    assert wrong > 0


def test_no_other_fault_leaves_a_wrong_index():
    ends, wrong = count_wrong_ends(FATES[2:], sync, [OLD])

    assert ends > 1_000
    assert wrong == 0


def test_no_random_schedule_leaves_a_wrong_index():
    assert [seed for seed in range(INTERLEAVINGS) if not RandomRun(seed, sync).run()] == []


def test_random_schedules_of_the_obvious_way_leave_a_wrong_index():
    assert not all(RandomRun(seed, obvious_way).run() for seed in range(INTERLEAVINGS // 40))


def test_after_a_kill_at_most_a_batch_is_paid_for_again():
    for before, content, fate, at in each_fault(KILLS):
        clean, (world, _) = before.copy(), disturbed(before, content, fate, at)
        clean.content = content
        deliver(clean)
        deliver(world)

        assert len(world.embedded) <= len(clean.embedded) + BATCH


def test_after_an_answered_error_the_next_delivery_need_not_wait():
    for before, content, fate, at in each_fault([ERROR]):
        world, error = disturbed(before, content, fate, at)

        assert isinstance(error, ClientError)
        assert isinstance(Invocation(world).run(), SyncResult)


def test_while_a_write_may_take_effect_later_the_next_delivery_waits():
    waited = 0
    for before, content, fate, at in each_fault([LATE]):
        world, _ = disturbed(before, content, fate, at)
        if world.in_flight:
            waited += 1
            assert isinstance(Invocation(world).run(), LeasedError)

    assert waited > 20


def test_when_the_time_is_over_another_message_continues_at_once():
    for before, content, fate, at in each_fault([OUT_OF_TIME]):
        world, result = disturbed(before, content, fate, at)
        if not isinstance(result, SyncResult):
            assert isinstance(result, OutOfTimeError)
            assert world.vectors == before.vectors
        assert not isinstance(Invocation(world).run(), BaseException)


@pytest.fixture
def synced():
    """Return a world in which the index is that of the dataset."""
    world = World(OLD)
    deliver(world)
    world.embedded.clear()
    return world


def test_a_repeated_message_costs_two_requests_and_no_model(synced):
    assert deliver(synced) == 2
    assert synced.embedded == []


def test_other_ratings_get_new_metadata_without_the_model(synced):
    synced.content = tuple((review, text, 1) for review, text, _ in OLD)
    result = Invocation(synced).run()

    assert (result.restamped, result.embedded, result.deleted) == (5, 0, 0)
    assert synced.embedded == []
    assert synced.is_converged()


def test_of_another_text_only_its_sentences_are_embedded(synced):
    synced.content = (("a", "A1 A7", 5), *OLD[1:])
    result = Invocation(synced).run()

    assert synced.embedded == ["A7"]
    assert (result.restamped, result.embedded, result.deleted) == (0, 1, 1)


def test_a_deleted_dataset_has_no_vectors(synced):
    synced.content = None
    deliver(synced)

    assert synced.vectors == {}


def test_a_large_dataset_is_finished_in_several_invocations():
    world = World(tuple((f"r{number}", f"A{number} B{number}", 3) for number in range(20)))
    results = []
    while needs_message(result := Invocation(world, lambda at: OUT_OF_TIME if at == 12 else None).run()):
        results.append(result)
        world.pass_time()

    assert len(results) > 3
    assert world.is_converged()
    assert len(world.embedded) == 40


def test_what_the_model_rejects_is_left_out_and_the_others_are_written(monkeypatch):
    world = World(OLD)
    monkeypatch.setattr(
        "tests.unit.embed.world.values_of", lambda text: None if text == "A2" else [float(text[1:])]
    )
    result = Invocation(world).run()

    assert (result.embedded, result.left_out) == (4, 1)
    assert len(world.vectors) == 4
    assert deliver(world) == 2


def test_a_dataset_that_returns_to_what_it_was_is_not_left_as_it_was_in_between(synced):
    """Its message finds a complete manifest, while another invocation has read the content in between."""
    other, synced.content = CONTENTS[1], CONTENTS[1]
    slow = Turns(Invocation(synced), sync, lambda: None)
    for _ in range(4):
        slow.step()  # has read the dataset
    assert synced.content == other
    synced.content = OLD
    assert Invocation(synced).run() == SyncResult()
    while not slow.has_ended:
        slow.step()

    assert slow.result.action == "continues"
    deliver(synced)
    assert synced.is_converged()

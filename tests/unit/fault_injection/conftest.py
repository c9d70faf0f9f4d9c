"""A raw object with an old result, an event that brings a new one, and an S3 that fails on demand."""

import importlib
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field

import boto3
import pytest
from botocore.retries.standard import ExponentialBackoff

from tests.unit.conftest import PROCESSED, Store, s3_record
from tests.unit.fault_injection.child_process import run_elsewhere
from tests.unit.fault_injection.faulty_s3 import StandIn
from tests.unit.fault_injection.simulation import Explored
from tests.unit.serial import SerialExecutor

HEADER = b"rating,review_text\n"
MESSY_OLD = HEADER + b"5,good\n4,fine,ragged\n"
MESSY_NEW = HEADER + b"1,bad\n2,poor,ragged\n3,so so\n3,so so\n"
DATASET = "processed/processed_reviews.csv.parquet"
EVENT = {"Records": [s3_record("reviews.csv")]}

_SURVIVALS = pytest.StashKey[dict[str, Counter]]()
_EXPLORED = pytest.StashKey[dict[str, Explored]]()


@pytest.fixture(scope="session")
def stood_in_session():
    """Return a session behind a stand-in; one for all tests, since it reads S3's whole model."""
    session = boto3.Session()
    return session, StandIn(session)


@pytest.fixture
def standin(store, stood_in_session, monkeypatch):
    session, standin = stood_in_session
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    standin.strike()
    return standin


@pytest.fixture
def handler(standin):
    """Return the handler module, loaded anew with clients that the stand-in serves, one request at a time."""
    handler = importlib.reload(importlib.import_module("api_handler"))
    handler.EXECUTOR = SerialExecutor()
    return handler


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the temporary directory that the function sees, empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@dataclass
class Scene:
    """What stands before an event, what has to stand after it, and the means to try it out.

    Attributes:
        before: key → content and metadata of each object in the processed bucket before the event.
        after: the same, after an invocation that nothing spoilt.
        sites: what each S3 request of that invocation was for.
        tries: the same of the invocation that a fault struck last.
    """

    store: Store
    standin: StandIn
    send: object
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    sites: list = field(default_factory=list)
    tries: list = field(default_factory=list)

    def stored(self):
        keys = self.store.keys()
        found = {key: self.store.client.get_object(Bucket=PROCESSED, Key=key) for key in keys}
        return {key: (each["Body"].read(), each["Metadata"]) for key, each in found.items()}

    def reset(self):
        keys = self.store.keys()
        unwanted = [{"Key": key} for key in keys] or [{"Key": "none"}]
        self.store.client.delete_objects(Bucket=PROCESSED, Delete={"Objects": unwanted})
        for key, (body, metadata) in self.before.items():
            self.store.client.put_object(Bucket=PROCESSED, Key=key, Body=body, Metadata=metadata)

    def rehearse(self):
        """Take down what stands before the event, and what becomes of it when nothing goes wrong."""
        self.before = self.stored()
        self.standin.strike()
        self.send()
        self.sites, self.after = self.standin.sites, self.stored()

    def struck(self, at, fault, *, forever=False, elsewhere=False):
        """Send the event with a fault at one request; return the answer, or the error it ended in."""
        self.reset()
        self.standin.strike(at, fault, forever=forever)
        try:
            return run_elsewhere(self.standin, self.send) if elsewhere else self.send()
        except Exception as error:  # noqa: BLE001 # whatever it is, the caller judges it
            return error
        finally:
            self.tries = self.standin.sites
            self.standin.strike()

    def assert_whole(self):
        """Check that the old result stands or the new one, and nothing that is neither."""
        stored = self.stored()
        for key, what in stored.items():
            assert what in (self.before.get(key), self.after.get(key)), key
        if stored.get(DATASET) == self.after[DATASET]:
            assert stored == self.after
        else:
            assert stored.get(DATASET) == self.before.get(DATASET)

    def assert_completed_by_the_next_delivery(self):
        self.send()
        assert self.stored() == self.after


NOTHING, AN_OLDER_RESULT, IN_PARTS = "nothing stands", "an older result stands", "a dataset above 5 MB"
EVERY_SIZE = pytest.mark.parametrize("scene", [AN_OLDER_RESULT, IN_PARTS], indirect=True)


@pytest.fixture(scope="session")
def rows_above_5_mb():
    """Return rows of text that no codec shrinks, which a dataset holds twice."""
    letters = random.Random(5)  # noqa: S311 # any text
    return b"".join(b"4,%s\n" % letters.randbytes(225).hex().encode() for _ in range(12_000))


@pytest.fixture
def scene(request, store, standin, handler, context):
    """Return a scene in which an older result stands, unless the test's parameter says otherwise."""
    before = getattr(request, "param", AN_OLDER_RESULT)
    rows = request.getfixturevalue("rows_above_5_mb") if before == IN_PARTS else b""
    scene = Scene(store, standin, lambda: handler.lambda_handler(EVENT, context))
    if before != NOTHING:
        store.upload("reviews.csv", MESSY_OLD + rows)
        scene.send()
    store.upload("reviews.csv", MESSY_NEW + rows)
    scene.rehearse()
    return scene


@pytest.fixture
def survived(request):
    """Return a function that notes a call site at which a fault was survived."""
    survivals = request.config.stash.setdefault(_SURVIVALS, {})

    def note(fault, site):
        survivals.setdefault(fault, Counter())[site] += 1

    return note


@pytest.fixture
def explored(request):
    """Return a function that notes in how many orders something was tried."""
    return request.config.stash.setdefault(_EXPLORED, {}).__setitem__


def pytest_terminal_summary(terminalreporter, config):
    for fault, sites in config.stash.get(_SURVIVALS, {}).items():
        each = ", ".join(f"{site} {count}" for site, count in sites.items())
        terminalreporter.write_line(
            f"{fault}: {sites.total()} of {sites.total()} call sites survived ({each})"
        )
    for what, found in config.stash.get(_EXPLORED, {}).items():
        counted = f"{found.interleavings():,} interleavings of {len(found.turns):,} states"
        terminalreporter.write_line(f"{what}: {counted} in {found.runs:,} runs")

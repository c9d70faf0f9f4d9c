"""Fixtures: a raw object with an earlier result, an event for its new version, an S3 with faults."""

import importlib
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial

import boto3
import pytest
from botocore.retries.standard import ExponentialBackoff
from s3transfer.utils import ChunksizeAdjuster

from tastetrend_etl.output_keys import curated_keys
from tests.unit.conftest import PROCESSED, Store, s3_record
from tests.unit.fault_injection.child_process import run_in_child_process
from tests.unit.fault_injection.faulty_s3 import FaultyS3
from tests.unit.fault_injection.simulation import ExploredSchedules
from tests.unit.serial import SerialExecutor

HEADER = b"rating,review_text\n"
MESSY_OLD = HEADER + b"5,good\n4,fine,ragged\n"
MESSY_NEW = HEADER + b"1,bad\n2,poor,ragged\n3,so so\n3,so so\n"
FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\nThe Spoon,3.5\n"
FORMER_FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.1,80\n"
DATASET = "processed/processed_reviews.csv.parquet"
DATASETS = {DATASET, "reference/restaurants_reviews.csv.parquet"}
COMMITTED = DATASETS | {*curated_keys("reviews.csv").values()}
EVENT = {"Records": [s3_record("reviews.csv")]}

_SURVIVED = pytest.StashKey[dict[str, Counter]]()
_EXPLORED = pytest.StashKey[dict[str, ExploredSchedules]]()


@pytest.fixture(scope="session")
def faulty_session():
    """Return a session with a FaultyS3; one for all tests, because loading S3's model is slow."""
    session = boto3.Session()
    return session, FaultyS3(session)


@pytest.fixture
def faulty_s3(store, faulty_session, monkeypatch):
    session, faulty_s3 = faulty_session
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    faulty_s3.inject()
    return faulty_s3


@pytest.fixture
def small_parts(monkeypatch):
    """Let parquet files of more than 4,000 bytes be streamed from the disk in parts of so many."""
    monkeypatch.setattr("tastetrend_etl.s3_parquet._PART_BYTES", 4_000)
    monkeypatch.setattr("s3transfer.upload.ChunksizeAdjuster", partial(ChunksizeAdjuster, min_size=1))
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)


@pytest.fixture
def handler(faulty_s3):
    """Return the reloaded handler module; its clients use the FaultyS3, one request at a time."""
    handler = importlib.reload(importlib.import_module("api_handler"))
    handler.EXECUTOR = SerialExecutor()
    return handler


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the function's temporary directory, empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@dataclass
class Scenario:
    """The processed bucket before and after an event, and methods that send the event with a fault.

    Attributes:
        before: key → content and metadata of each object in the processed bucket before the event.
        after: the same, after an invocation without faults.
        call_sites: description of each S3 request of that invocation.
        calls_with_fault: the same for the last invocation with a fault.
    """

    store: Store
    faulty_s3: FaultyS3
    send: object
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    call_sites: list = field(default_factory=list)
    calls_with_fault: list = field(default_factory=list)

    @property
    def commit(self):
        """The number of the request that makes the new dataset visible."""
        return next(at for at, site in enumerate(self.call_sites) if site in COMMITS)

    def stored(self):
        keys = self.store.keys()
        objects = {key: self.store.client.get_object(Bucket=PROCESSED, Key=key) for key in keys}
        return {key: (each["Body"].read(), each["Metadata"]) for key, each in objects.items()}

    def reset(self):
        keys = self.store.keys()
        unwanted = [{"Key": key} for key in keys] or [{"Key": "none"}]
        self.store.client.delete_objects(Bucket=PROCESSED, Delete={"Objects": unwanted})
        for key, (body, metadata) in self.before.items():
            self.store.client.put_object(Bucket=PROCESSED, Key=key, Body=body, Metadata=metadata)

    def record_fault_free_run(self):
        """Record the objects before the event, and the requests and objects of a fault-free invocation."""
        self.before = self.stored()
        self.faulty_s3.inject()
        self.send()
        self.call_sites, self.after = self.faulty_s3.call_sites, self.stored()

    def send_with_fault(self, at, fault, *, forever=False, in_child_process=False):
        """Send the event with a fault at one request; return the response or the raised error."""
        self.reset()
        self.faulty_s3.inject(at, fault, forever=forever)
        try:
            return run_in_child_process(self.faulty_s3, self.send) if in_child_process else self.send()
        except Exception as error:  # noqa: BLE001 # the caller asserts on it
            return error
        finally:
            self.calls_with_fault = self.faulty_s3.call_sites
            self.faulty_s3.inject()

    def assert_consistent(self):
        """Check that the bucket has either the old or the new result, complete, and no other object.

        Beside the new result, a dataset of another kind or its curated part may be left; the curated part may
        be new before the dataset is.
        """
        stored = self.stored()
        for key, value in stored.items():
            assert value in (self.before.get(key), self.after.get(key)), key
        (new,) = DATASETS & self.after.keys()
        if stored.get(new) == self.after[new]:
            left = (COMMITTED & stored.keys()) - self.after.keys()
            assert stored == self.after | {key: stored[key] for key in left}
        else:
            assert [stored.get(key) for key in DATASETS] == [self.before.get(key) for key in DATASETS]

    def assert_completed_by_the_next_delivery(self):
        self.send()
        assert self.stored() == self.after


COMMITS = {
    f"{operation} {dataset}"
    for operation in ("write of", "completion of")
    for dataset in ("the dataset", "the restaurant facts")
}
NO_RESULT, OLDER_RESULT, MULTIPART = "no result", "an older result", "a dataset in two parts"
STREAMED = "a dataset streamed from the disk in parts"
NEWLY_FACTS, NEWLY_REVIEWS = "older reviews, newer restaurant facts", "older facts, newer reviews"
NEWER_FACTS, LARGE_TIER = "older and newer restaurant facts", "the large tier"
_OLDER = {NEWLY_REVIEWS: FACTS, NEWER_FACTS: FORMER_FACTS}
_NEWER = {NEWLY_FACTS: FACTS, NEWER_FACTS: FACTS}
EACH_KIND = pytest.mark.parametrize(
    "scenario", [OLDER_RESULT, MULTIPART, STREAMED, NEWLY_FACTS, NEWLY_REVIEWS], indirect=True
)
EACH_SIZE = pytest.mark.parametrize("scenario", [OLDER_RESULT, MULTIPART, STREAMED], indirect=True)


@pytest.fixture
def rows_of_two_parts(monkeypatch):
    """Return rows of incompressible text, which a dataset stores twice, and make parts small for speed."""
    monkeypatch.setattr("awswrangler.s3._fs._MIN_WRITE_BLOCK", 64 << 10)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 64 << 10)
    letters = random.Random(5)  # noqa: S311 # any text
    return b"".join(b"4,%s\n" % letters.randbytes(225).hex().encode() for _ in range(150))


@pytest.fixture
def scenario(request, store, faulty_s3, handler, context):
    """Return a scenario with an older result, unless the test's parameter is another state."""
    before = getattr(request, "param", OLDER_RESULT)
    if before == STREAMED:
        request.getfixturevalue("small_parts")
    rows = request.getfixturevalue("rows_of_two_parts") if before == MULTIPART else b""
    if before == LARGE_TIER:
        handler.SETTINGS = replace(handler.SETTINGS, tier="large")
    scenario = Scenario(store, faulty_s3, lambda: handler.lambda_handler(EVENT, context))
    if before != NO_RESULT:
        store.upload("reviews.csv", _OLDER.get(before, MESSY_OLD + rows))
        scenario.send()
    store.upload("reviews.csv", _NEWER.get(before, MESSY_NEW + rows))
    scenario.record_fault_free_run()
    return scenario


@pytest.fixture
def survived(request):
    """Return a function that records a call site at which a fault was survived."""
    survivals = request.config.stash.setdefault(_SURVIVED, {})

    def record(fault, site):
        survivals.setdefault(fault, Counter())[site] += 1

    return record


@pytest.fixture
def explored(request):
    """Return a function that records how many schedules a test explored."""
    return request.config.stash.setdefault(_EXPLORED, {}).__setitem__


def pytest_terminal_summary(terminalreporter, config):
    for fault, call_sites in config.stash.get(_SURVIVED, {}).items():
        each = ", ".join(f"{site} {count}" for site, count in call_sites.items())
        terminalreporter.write_line(
            f"{fault}: {call_sites.total()} of {call_sites.total()} call sites survived ({each})"
        )
    for test, result in config.stash.get(_EXPLORED, {}).items():
        counted = f"{result.interleavings():,} interleavings of {len(result.turns):,} states"
        terminalreporter.write_line(f"{test}: {counted} in {result.runs:,} runs")

"""Concurrent invocations of one key end with the complete result of the newest version, in any schedule."""

import hashlib
import io
from functools import partial

import pyarrow.parquet as pq
import pytest
from s3transfer.futures import NonThreadedExecutor
from s3transfer.manager import TransferManager

from tastetrend_etl.ingest import IngestResult, ingest
from tastetrend_etl.output_keys import curated_keys, dataset_keys
from tastetrend_etl.run_context import RunContext
from tastetrend_etl.s3_download import connect
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.fault_injection.simulation import Simulation, Worker, explore_schedules
from tests.unit.serial import SerialExecutor

CONTENTS = [b"rating,review_text\n" + b"4,words %d\n" % index for index in range(3)]
FACTS = len(CONTENTS)
CONTENTS.append(b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\n")
SIDE_OBJECTS = ("/history/", "/processed/logs/", "/rejected/")
OF_REVIEWS = ("/reference/", "/curated/restaurants/")  # without turns: where there are no restaurant facts
MAX_RUNS = 30  # of a simulation; most have more schedules
ETAGS = [hashlib.md5(content, usedforsecurity=False).hexdigest() for content in CONTENTS]
SETTINGS = Settings(RAW, PROCESSED, ARTIFACTS, "small", pseudonym_key="a key for tests")


@pytest.fixture(params=["in one request", "in parts", "in parts from the disk"], autouse=True)
def _each_way_to_write(request, monkeypatch):
    """Write every dataset in one request, or every dataset as a multipart upload of one of both kinds."""
    if request.param == "in parts":
        monkeypatch.setattr("awswrangler.s3._fs._MIN_WRITE_BLOCK", 2_000)
        monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    elif request.param == "in parts from the disk":
        request.getfixturevalue("small_parts")
        in_this_thread = partial(
            TransferManager, executor_cls=NonThreadedExecutor
        )  # requests take turns by it
        monkeypatch.setattr("tastetrend_etl.s3_parquet.TransferManager", in_this_thread)


@pytest.fixture
def run(faulty_s3):
    """Return the context of `ingest`; the handler itself is not thread-safe because of Powertools."""
    return RunContext(connect(), SETTINGS, "7", SerialExecutor())


@pytest.fixture
def event(run):
    """Return a function that returns an invocation for a key."""
    return lambda key: lambda: ingest(ObjectEvent(RAW, key), run)


@pytest.fixture
def upload(run):
    def put(key, which):
        run.s3.put_object(Bucket=RAW, Key=key, Body=CONTENTS[which])

    return put


@pytest.fixture
def assert_newest_whole(store):
    """Return a check: the only dataset and part are of the newest version, overwritten by no older one."""

    def check(simulation):
        results = [worker.result for worker in simulation.workers]
        assert all(isinstance(result, IngestResult) for result in results), results
        current = store.client.head_object(Bucket=RAW, Key=simulation.key)
        (dataset,) = {*dataset_keys(simulation.key).values()}.intersection(store.keys())
        (part,) = {*curated_keys(simulation.key).values()}.intersection(store.keys())
        for key in (dataset, part):
            assert store.metadata(key)["source-version-id"] == current["VersionId"]
        assert dataset.startswith("processed/") == part.startswith("curated/reviews/")
        written = [ETAGS.index(etag) for etag in simulation.datasets]
        assert written == sorted(set(written))
        parts = [ETAGS.index(etag) for etag in simulation.parts]
        assert parts == sorted(parts)
        assert pq.read_table(io.BytesIO(store.read(dataset)))["source_row"].to_pylist() == [1]
        reports = f"processed/logs/{simulation.key}/"
        versions = store.client.list_object_versions(Bucket=PROCESSED, Prefix=reports)["Versions"]
        assert all(version["IsLatest"] for version in versions)

    return check


@pytest.fixture
def explore(request, faulty_s3, assert_newest_whole, explored):
    """Return a function that explores the schedules of a simulation, up to a number of runs."""

    def explore_all(set_up, *, max_runs=10_000):
        result = explore_schedules(faulty_s3, set_up, assert_newest_whole, max_runs=max_runs)
        explored(request.node.name, result)
        return result

    return explore_all


def test_E05_two_concurrent_deliveries_of_an_event_write_each_object_once(event, upload, explore):
    def set_up(key):
        upload(key, 0)
        return Simulation(key, [Worker(event(key)), Worker(event(key))], OF_REVIEWS)

    assert explore(set_up, max_runs=MAX_RUNS).runs > 20


def test_E06_a_version_uploaded_while_an_older_one_is_processed_wins(event, upload, explore):
    def set_up(key):
        upload(key, 0)
        event(key)()
        upload(key, 1)
        newer = Worker(lambda: upload(key, 2) or event(key)())
        return Simulation(key, [Worker(event(key)), newer], OF_REVIEWS + SIDE_OBJECTS)

    assert explore(set_up, max_runs=MAX_RUNS).runs > 20


@pytest.mark.parametrize(("older", "newer"), [(0, FACTS), (FACTS, 0)], ids=["to facts", "to reviews"])
@pytest.mark.parametrize("processed", [False, True], ids=["not processed", "processed"])
def test_E21_a_version_of_another_kind_uploaded_while_an_older_one_is_processed_wins(
    processed, older, newer, event, upload, explore
):
    def set_up(key):
        upload(key, older)
        if processed:
            event(key)()
        first = Worker(lambda: upload(key, newer) or event(key)()) if processed else Worker(event(key))
        second = Worker(event(key) if processed else lambda: upload(key, newer) or event(key)())
        return Simulation(key, [first, second], SIDE_OBJECTS)

    assert explore(set_up, max_runs=MAX_RUNS).runs > 20


def test_E21_three_versions_of_two_kinds_processed_concurrently_end_with_the_newest(event, upload, explore):
    """There are too many schedules to explore them all."""

    def set_up(key):
        upload(key, 0)
        facts = Worker(lambda: upload(key, FACTS) or event(key)())
        reviews = Worker(lambda: upload(key, 1) or event(key)())
        return Simulation(key, [Worker(event(key)), facts, reviews], SIDE_OBJECTS)

    assert explore(set_up, max_runs=MAX_RUNS).runs == MAX_RUNS


def test_I07_three_concurrent_invocations_and_an_upload_end_with_the_newest_version(event, upload, explore):
    """There are too many schedules to explore them all."""

    def set_up(key):
        upload(key, 0)
        newer = Worker(lambda: upload(key, 1) or event(key)())
        return Simulation(key, [Worker(event(key)), newer, Worker(event(key))], OF_REVIEWS)

    assert explore(set_up, max_runs=MAX_RUNS).runs == MAX_RUNS

"""Invocations of one key that run at once, late or in any order end in the newest result, whole."""

import hashlib
import io

import pyarrow.parquet as pq
import pytest

from tastetrend_etl.extract import connect
from tastetrend_etl.ingest import IngestResult, RunContext, ingest
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.fault_injection.simulation import Actor, World, explore
from tests.unit.serial import SerialExecutor

CONTENTS = [b"rating,review_text\n" + b"4,words %d\n" % place for place in range(3)]
ETAGS = [hashlib.md5(content, usedforsecurity=False).hexdigest() for content in CONTENTS]
SETTINGS = Settings(RAW, PROCESSED, ARTIFACTS)


@pytest.fixture(params=["in one request", "in parts"], autouse=True)
def _each_way_to_write(request, monkeypatch):
    """Have datasets of any size written in one request, or all in two parts at least."""
    if request.param == "in parts":
        monkeypatch.setattr("awswrangler.s3._fs._MIN_WRITE_BLOCK", 2_000)
        monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)


@pytest.fixture
def run(standin):
    """Return the context of invocations; Powertools, which the handler has, is for one at a time."""
    return RunContext(connect(), SETTINGS, "7", SerialExecutor())


@pytest.fixture
def event(run):
    """Return a function that makes an invocation."""
    return lambda key: lambda: ingest(ObjectEvent(RAW, key), run)


@pytest.fixture
def upload(run):
    def put(key, which):
        run.s3.put_object(Bucket=RAW, Key=key, Body=CONTENTS[which])

    return put


@pytest.fixture
def assert_newest_whole(store):
    """Return a check that the dataset is the newest version's, and never went back to an older one."""

    def check(world):
        assert all(isinstance(actor.result, IngestResult) for actor in world.actors), world.actors
        current = store.client.head_object(Bucket=RAW, Key=world.key)
        dataset = f"processed/processed_{world.key}.parquet"
        assert store.metadata(dataset)["source-version-id"] == current["VersionId"]
        written = [ETAGS.index(etag) for etag in world.datasets]
        assert written == sorted(set(written))
        assert pq.read_table(io.BytesIO(store.read(dataset)))["source_row"].to_pylist() == [1]
        reports = f"processed/logs/{world.key}/"
        versions = store.client.list_object_versions(Bucket=PROCESSED, Prefix=reports)["Versions"]
        assert all(version["IsLatest"] for version in versions)

    return check


@pytest.fixture
def tried(request, standin, assert_newest_whole, explored):
    """Return a function that tries every order of some works' requests, up to a number of runs."""

    def try_all(begin, *, most_runs=10_000):
        found = explore(standin, begin, assert_newest_whole, most_runs=most_runs)
        explored(request.node.name, found)
        return found

    return try_all


def test_E05_the_same_event_twice_at_once_writes_each_object_once(event, upload, tried):
    def begin(key):
        upload(key, 0)
        return World(key, [Actor(event(key)), Actor(event(key))])

    assert tried(begin).interleavings() > 400


def test_E06_a_version_uploaded_while_its_elder_replaces_an_older_one_wins(event, upload, tried):
    def begin(key):
        upload(key, 0)
        event(key)()
        upload(key, 1)
        return World(key, [Actor(event(key)), Actor(lambda: upload(key, 2) or event(key)())])

    assert tried(begin).interleavings() > 700


def test_I07_three_at_once_with_an_upload_in_between_end_in_the_newest(event, upload, tried):
    """Too many orders to try them all: one run for each of the first turns that lead anywhere new."""

    def begin(key):
        upload(key, 0)
        newer = Actor(lambda: upload(key, 1) or event(key)())
        return World(key, [Actor(event(key)), newer, Actor(event(key))])

    assert tried(begin, most_runs=60).runs == 60

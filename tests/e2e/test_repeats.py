"""Processing is idempotent: repeated events change nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import reviews


@pytest.fixture
def key(store, request):
    """Return the key of a raw object that has been processed."""
    key = f"repeats/{request.node.name}.csv"
    store.upload(key, reviews("Good soup", "Bad soup", "", "Bad soup"))
    store.await_outcome(key)
    return key


def contents(store):
    return {key: store.read(key) for key in store.versions() if "/repeats/" in key}


def test_a_repeated_event_writes_nothing(store, key, invoke):
    before = store.versions()
    assert invoke(store.event(key))["files"][0]["reason"] == "already_processed"
    assert store.versions() == before


def test_four_concurrent_deliveries_of_an_event_write_one_version(store, invoke):
    key = "repeats/at_once.csv"
    store.upload(key, reviews("Good soup"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(invoke, [store.event(key)] * 4))
    store.await_outcome(key)
    assert set(store.versions("processed/repeats/processed_at_once").values()) == {1}
    assert set(store.versions("processed/logs/repeats/at_once").values()) == {1}


def test_a_deleted_dataset_is_restored_with_the_same_bytes(store, key, invoke):
    before = contents(store)
    store.s3.delete_object(Bucket=store.processed, Key=store.keys_for(key).dataset)
    assert invoke(store.event(key))["files"][0]["action"] == "processed"
    assert contents(store) == before


def test_reprocessing_gives_the_same_bytes_under_the_same_keys(store, key, invoke):
    before = contents(store)
    assert invoke({"key": key, "reprocess": True})["files"][0]["action"] == "processed"
    assert contents(store) == before

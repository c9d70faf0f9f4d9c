"""The curated part is committed with the dataset: same version, same rows, one of one kind."""

import io
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from tastetrend_etl.errors import RetryableError
from tastetrend_etl.output_keys import curated_keys, dataset_keys
from tests.unit.conftest import PROCESSED, LambdaContext

REVIEWS = b"customer,rating,review_text\nAda Lovelace,5,good\nBob,4,fine\nBob,3,so so\n"
FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\n"
KEY = "north/reviews.csv"
DATASET, PART = dataset_keys(KEY)["reviews"], curated_keys(KEY)["reviews"]
FACTS_DATASET, FACTS_PART = dataset_keys(KEY)["restaurant_info"], curated_keys(KEY)["restaurant_info"]


@pytest.fixture
def upload(deliver):
    return lambda body: deliver(body, KEY)


@pytest.fixture
def again(handler):
    """Return a function that sends an event for the raw object, by default to the same function version."""

    def invoke(version="7", **event):
        context = LambdaContext(function_version=version)
        return handler.lambda_handler({"key": KEY, **event}, context)["files"][0]

    return invoke


@pytest.fixture
def table(store):
    return lambda key: pq.read_table(io.BytesIO(store.read(key)))


@pytest.fixture
def committed(store):
    """Return a function that returns the keys of datasets and curated parts."""
    return lambda: {DATASET, PART, FACTS_DATASET, FACTS_PART}.intersection(store.keys())


def test_a_part_has_the_rows_of_its_dataset_with_pseudonyms(upload, table):
    upload(REVIEWS)

    part, dataset = table(PART), table(DATASET)
    same = [name for name in dataset.column_names if name not in {"customer_name", "extra"}]
    assert part.select(same).equals(dataset.select(same))
    first, second, third = part["customer_pseudonym"].to_pylist()
    assert first != second == third
    assert set(part["customer_key_version"].to_pylist()) == {"environment"}


def test_a_part_has_the_metadata_of_its_dataset_and_a_key_without_the_files_name(upload, store):
    upload(REVIEWS)

    shared = ("source-version-id", "function-version", "event-sequencer")
    metadata, expected = store.metadata(PART), store.metadata(DATASET)
    assert [metadata[name] for name in shared] == [expected[name] for name in shared]
    assert PART.startswith("curated/reviews/")
    assert "north" not in PART


def test_restaurant_facts_have_a_part_of_their_own_with_the_datasets_bytes(upload, committed, store):
    upload(FACTS)

    assert committed() == {FACTS_DATASET, FACTS_PART}
    assert store.read(FACTS_PART) == store.read(FACTS_DATASET)


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [([REVIEWS, FACTS], {FACTS_DATASET, FACTS_PART}), ([FACTS, REVIEWS], {DATASET, PART})],
    ids=["to facts", "to reviews"],
)
def test_the_part_of_the_former_kind_is_deleted(bodies, expected, upload, committed):
    for body in bodies:
        upload(body)

    assert committed() == expected


def test_a_part_of_another_kind_that_was_left_is_deleted_by_the_next_event(upload, again, committed, store):
    upload(FACTS)
    store.client.put_object(Bucket=PROCESSED, Key=PART, Body=b"", Metadata={"source-version-id": "older"})

    assert again()["reason"] == "already_processed"
    assert committed() == {FACTS_DATASET, FACTS_PART}


def test_a_dataset_of_before_gets_its_part_by_a_repeated_event(upload, again, store):
    upload(REVIEWS)
    part, dataset = store.read(PART), store.read(DATASET)
    store.client.delete_object(Bucket=PROCESSED, Key=PART)

    assert again()["action"] == "processed"
    assert (store.read(PART), store.read(DATASET)) == (part, dataset)
    assert again()["reason"] == "already_processed"


def test_a_part_of_an_older_version_beside_a_dataset_of_the_newest_is_replaced(upload, again, store):
    upload(b"rating,review_text\n1,old\n")
    older = store.client.get_object(Bucket=PROCESSED, Key=PART)
    upload(REVIEWS)
    newest = store.read(PART)
    store.client.put_object(Bucket=PROCESSED, Key=PART, Body=older["Body"].read(), Metadata=older["Metadata"])

    assert again()["action"] == "processed"
    assert store.read(PART) == newest


def test_a_repeated_event_writes_nothing(upload, again, store):
    upload(REVIEWS)
    before = store.versions()

    assert again()["reason"] == "already_processed"
    assert store.versions() == before


def test_a_rejected_version_leaves_the_part(upload, committed):
    upload(REVIEWS)

    assert upload(b"")["action"] == "rejected"
    assert committed() == {DATASET, PART}


@pytest.fixture
def set_key(handler, monkeypatch):
    """Return a function that sets the function's key of pseudonyms."""

    def change(key):
        monkeypatch.setattr(handler, "SETTINGS", replace(handler.SETTINGS, pseudonym_key=key))

    return change


def test_without_a_key_nothing_is_written_and_the_event_is_retried(set_key, upload, store):
    set_key("")

    with pytest.raises(RetryableError, match="the key of pseudonyms is empty"):
        upload(REVIEWS)

    assert store.keys() == []


def test_a_new_key_changes_the_pseudonyms_when_the_file_is_processed_again(set_key, upload, again, table):
    upload(REVIEWS)
    before = table(PART)["customer_pseudonym"].to_pylist()
    set_key("a new key")

    assert again()["reason"] == "already_processed"
    assert again(reprocess=True)["action"] == "processed"
    assert set(before).isdisjoint(table(PART)["customer_pseudonym"].to_pylist())

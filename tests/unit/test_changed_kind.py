"""A raw object has one dataset, also when its newest version is of another kind than the one before."""

import pytest

from tests.unit.conftest import PROCESSED

REVIEWS = b"rating,review_text\n5,good\n"
FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\n"
REVIEWS_KEY = "processed/processed_reviews.csv.parquet"
FACTS_KEY = "reference/restaurants_reviews.csv.parquet"


@pytest.fixture
def datasets(store):
    return lambda: {REVIEWS_KEY, FACTS_KEY}.intersection(store.keys())


@pytest.fixture
def put_dataset(store):
    """Return a function that puts a dataset of a version of the raw object."""

    def put(key, version):
        metadata = {"source-version-id": version}
        store.client.put_object(Bucket=PROCESSED, Key=key, Body=b"another dataset", Metadata=metadata)

    return put


@pytest.fixture
def invoke(handler, context):
    return lambda **event: handler.lambda_handler({"key": "reviews.csv", **event}, context)["files"][0]


@pytest.mark.parametrize(
    ("bodies", "dataset"),
    [([REVIEWS, FACTS], FACTS_KEY), ([FACTS, REVIEWS], REVIEWS_KEY), ([FACTS, REVIEWS, FACTS], FACTS_KEY)],
    ids=["to facts", "to reviews", "and back"],
)
def test_E21_the_dataset_of_the_former_kind_is_deleted(bodies, dataset, deliver, datasets):
    for body in bodies:
        assert deliver(body)["action"] == "processed"

    assert datasets() == {dataset}


def test_E21_a_rejected_version_leaves_the_dataset_of_either_kind(deliver, datasets):
    deliver(FACTS)

    assert deliver(b"")["action"] == "rejected"
    assert datasets() == {FACTS_KEY}


def test_E21_an_older_dataset_that_was_left_is_deleted_by_the_next_event(
    deliver, put_dataset, invoke, datasets
):
    deliver(FACTS)
    put_dataset(REVIEWS_KEY, "older")

    assert invoke()["reason"] == "already_processed"
    assert datasets() == {FACTS_KEY}


def test_E21_facts_of_contract_version_1_move_when_they_are_processed_again(
    store, put_dataset, invoke, datasets
):
    version = store.upload("reviews.csv", FACTS)
    put_dataset(REVIEWS_KEY, version)
    assert invoke()["reason"] == "already_processed"

    assert invoke(reprocess=True)["action"] == "processed"
    assert datasets() == {FACTS_KEY}


def test_E21_two_datasets_of_the_same_version_are_processed_again(
    deliver, store, put_dataset, invoke, datasets
):
    deliver(FACTS)
    put_dataset(REVIEWS_KEY, store.metadata(FACTS_KEY)["source-version-id"])

    assert invoke()["action"] == "processed"
    assert datasets() == {FACTS_KEY}


def test_E21_a_deleted_dataset_can_be_restored(deliver, store):
    deliver(REVIEWS)
    deliver(FACTS)

    assert store.versions().count(REVIEWS_KEY) == 1

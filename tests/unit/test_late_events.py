"""Events that are delivered twice or late, or whose object has changed."""

import pytest

from tests.unit.conftest import RAW, s3_record

GOOD = b"rating,review_text\n5,good\n"
BETTER = b"rating,review_text\n5,better\n4,fine\n"
MESSY = b"rating,review_text\n5,good\n4,fine,ragged\n3,so so\n"
DATASET = "processed/processed_reviews.csv.parquet"
NOTIFICATION = {"Records": [s3_record("reviews.csv")]}


@pytest.fixture
def send(handler, context):
    return lambda event: handler.lambda_handler(event, context)


@pytest.mark.parametrize("body", [MESSY, b""], ids=["a messy file", "a rejected file"])
def test_E05_a_repeated_event_writes_nothing(body, send, store):
    store.upload("reviews.csv", body)
    send(NOTIFICATION)
    written = store.versions()

    response = send(NOTIFICATION)

    assert store.versions() == written
    assert len(written) == len(set(written))
    assert response["files"][0]["reason"] == ("already_processed" if body else "empty_file")


@pytest.mark.parametrize(
    "order", [[0, 1], [1, 0], [0], [1]], ids=["in order", "late", "only old", "only new"]
)
def test_E06_the_result_is_of_the_newest_version_for_any_order_of_events(order, send, store):
    store.upload("reviews.csv", GOOD)
    newer = store.upload("reviews.csv", BETTER)
    records = [s3_record("reviews.csv", sequencer="0A"), s3_record("reviews.csv", sequencer="0B")]

    for which in order:
        send({"Records": [records[which]]})

    assert store.metadata(DATASET)["source-version-id"] == newer
    assert store.report()["rows"]["written"] == 2


def test_E06_a_late_event_does_not_restore_an_older_version(send, store):
    store.upload("reviews.csv", GOOD)
    send(NOTIFICATION)
    newer = store.upload("reviews.csv", BETTER)
    send(NOTIFICATION)

    late = send(NOTIFICATION)

    assert late["files"][0]["reason"] == "already_processed"
    assert store.metadata(DATASET)["source-version-id"] == newer


def test_E07_an_object_that_never_existed_is_skipped(send, store):
    assert send(NOTIFICATION)["files"][0]["reason"] == "gone"
    assert store.keys() == []


def test_E07_a_deleted_object_is_skipped_and_its_dataset_stays(send, store):
    store.upload("reviews.csv", GOOD)
    send(NOTIFICATION)
    before = store.everything()
    store.client.delete_object(Bucket=RAW, Key="reviews.csv")

    assert send(NOTIFICATION)["files"][0]["reason"] == "gone"
    assert store.everything() == before


def test_E07_if_only_the_version_of_the_event_is_deleted_the_current_one_is_processed(send, store):
    current = store.upload("reviews.csv", GOOD)
    gone = store.upload("reviews.csv", BETTER)
    store.client.delete_object(Bucket=RAW, Key="reviews.csv", VersionId=gone)

    assert send(NOTIFICATION)["files"][0]["action"] == "processed"
    assert store.metadata(DATASET)["source-version-id"] == current


def test_E08_a_folder_marker_is_skipped(deliver, store):
    assert deliver(b"", "2024/")["reason"] == "folder_marker"
    assert store.keys() == []


def test_E08_a_file_with_content_whose_key_ends_like_a_folder_is_processed(deliver, store):
    assert deliver(GOOD, "2024/")["action"] == "processed"
    assert "processed/2024/processed_.parquet" in store.everything()


def test_E17_an_archived_object_is_rejected_with_a_remedy(send, store):
    store.client.put_object(Bucket=RAW, Key="reviews.csv", Body=GOOD, StorageClass="GLACIER")

    assert send(NOTIFICATION)["files"][0]["action"] == "rejected"
    assert store.error()["reason"] == "archived"
    assert "restore it in S3" in store.error()["message"]

"""Whether two contents are the same does not depend on ETags, which KMS makes differ with each write."""

import hashlib

import pytest
from moto.s3.models import FakeKey

from tests.unit.conftest import PROCESSED

REVIEWS = b"rating,review_text\n5,good\n,\n"
REJECTED = b"not,a,review\n"


@pytest.fixture(autouse=True)
def _etags_of_kms(monkeypatch):
    """Let the ETag of an object be a hash of its content and version, as if KMS had encrypted it."""
    plain = FakeKey.etag.fget

    def etag(key):
        text = f"{plain(key)}/{key.version_id}"
        return f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'

    monkeypatch.setattr(FakeKey, "etag", property(etag))


def test_the_etags_of_two_writes_differ(store):
    etags = {store.client.put_object(Bucket=PROCESSED, Key="a", Body=b"same")["ETag"] for _ in range(2)}

    assert len(etags) == 2


@pytest.mark.parametrize("body", [REVIEWS, REJECTED], ids=["processed", "rejected"])
def test_a_file_that_is_processed_again_writes_only_what_is_committed(body, store, handler, context):
    store.upload("reviews.csv", body)
    event = {"key": "reviews.csv", "reprocess": True}
    handler.lambda_handler(event, context)
    before, written = store.everything(), store.versions()

    handler.lambda_handler(event, context)

    assert store.everything() == before
    again = [key for key in written if store.versions().count(key) > 1]
    assert [key for key in again if not key.startswith(("processed/processed_", "curated/"))] == []


def test_an_event_that_comes_again_writes_nothing(store, handler, context):
    store.upload("reviews.csv", REVIEWS)
    handler.lambda_handler({"key": "reviews.csv"}, context)
    written = store.versions()

    assert (
        handler.lambda_handler({"key": "reviews.csv"}, context)["files"][0]["reason"] == "already_processed"
    )
    assert store.versions() == written

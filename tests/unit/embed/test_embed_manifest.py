"""A manifest is replaced only by one that knows it, whatever happens to the request."""

from dataclasses import replace

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tastetrend_embed.entries import Entries
from tastetrend_embed.manifest import PREFIX, Header, Manifests
from tastetrend_etl.errors import ConcurrentWriteError
from tests.unit.conftest import PROCESSED

KEY = "processed/processed_reviews.csv.parquet"
HEADER = Header("etag/1", 3, complete=False, owner="a request", lease_end=1_700_000_000)
IDS = [bytes([number]) * 15 + b"\0" for number in (3, 0, 200)]  # zeros at the end, which NumPy would drop


@pytest.fixture
def manifests(store):
    return Manifests(store.client, PROCESSED)


@pytest.fixture
def entries():
    """Return entries, of which one is unwanted."""
    entries = Entries.empty()
    entries.plan(IDS, [1, 2, 2**64 - 1])
    entries.forget_version()
    entries.plan(IDS[:2], [1, 5])
    return entries


def test_without_an_object_a_manifest_is_that_of_a_dataset_that_is_gone(manifests):
    assert manifests.find(KEY) == Header()
    assert len(manifests.read(KEY, Header()).ids) == 0


def test_a_manifest_is_read_as_it_was_written(manifests, entries):
    written = manifests.write(KEY, Header(), HEADER, entries)
    read = manifests.read(KEY, manifests.find(KEY))

    assert manifests.find(KEY) == written == replace(HEADER, write_id=written.write_id)
    for name in ("ids", "digests", "pending", "wanted"):
        assert np.array_equal(getattr(read, name), getattr(entries, name)), name
    assert [*read.unwanted(9)] == [*entries.unwanted(9)] == [[IDS[2]]]


def test_an_empty_manifest_can_be_written_and_read(manifests):
    header = manifests.write(KEY, Header(), HEADER, Entries.empty())

    assert len(manifests.read(KEY, header).ids) == 0


def test_of_two_writers_with_the_same_entries_one_fails(manifests, entries, store):
    """The ETag of equal contents would be the same; the write id in the file makes them differ."""
    first = manifests.write(KEY, Header(), HEADER, entries)
    etag = store.client.head_object(Bucket=PROCESSED, Key=PREFIX + KEY)["ETag"]
    second = manifests.write(KEY, first, HEADER, entries)

    assert store.client.head_object(Bucket=PROCESSED, Key=PREFIX + KEY)["ETag"] != etag
    with pytest.raises(ConcurrentWriteError):
        manifests.write(KEY, first, HEADER, entries)
    assert manifests.find(KEY) == second


def test_two_first_writers_are_told_apart(manifests, entries, store, monkeypatch):
    """Both have found no manifest."""
    monkeypatch.setattr("tastetrend_embed.manifest.head_object", lambda *_: None)
    other = Manifests(store.client, PROCESSED)
    manifests.write(KEY, Header(), HEADER, entries)

    with pytest.raises(ConcurrentWriteError):
        other.write(KEY, Header(), HEADER, entries)


def test_a_write_whose_response_was_lost_counts(manifests, entries, monkeypatch):
    """The SDK sends it again, and S3 finds the condition not met."""
    put = manifests._s3.put_object  # noqa: SLF001

    def put_twice(**request):
        put(**request)
        return put(**request)

    monkeypatch.setattr(manifests._s3, "put_object", put_twice)  # noqa: SLF001

    assert manifests.find(KEY) != manifests.write(KEY, Header(), HEADER, entries) == manifests.find(KEY)


def test_another_error_is_raised(manifests, entries, monkeypatch):
    def deny(**_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")

    monkeypatch.setattr(manifests._s3, "put_object", deny)  # noqa: SLF001

    with pytest.raises(ClientError, match="AccessDenied"):
        manifests.write(KEY, Header(), HEADER, entries)


def test_a_manifest_that_was_replaced_or_deleted_is_not_read(manifests, entries, store):
    old = manifests.write(KEY, Header(), HEADER, entries)
    manifests.write(KEY, old, HEADER, entries)
    with pytest.raises(ConcurrentWriteError):
        manifests.read(KEY, old)
    store.client.delete_object(Bucket=PROCESSED, Key=PREFIX + KEY)
    with pytest.raises(ConcurrentWriteError):
        manifests.read(KEY, old)


def test_an_entry_takes_few_bytes(manifests, store):
    entries = Entries.empty()
    entries.plan([number.to_bytes(16, "big") for number in range(10_000)], [0] * 10_000)
    manifests.write(KEY, Header(), HEADER, entries)

    size = store.client.head_object(Bucket=PROCESSED, Key=PREFIX + KEY)["ContentLength"]
    assert size < 27 * 10_000

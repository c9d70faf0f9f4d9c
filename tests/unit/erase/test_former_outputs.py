"""Of a deleted raw file, an erasure asks for outputs that S3 can have, and deletes only added ones."""

import pytest
from botocore.exceptions import ClientError

from tastetrend_etl.limits import MAX_KEY_BYTES
from tests.unit.conftest import RAW, s3_record
from tests.unit.erase.search import versions_with

NAME = "Ann Lee"
OTHERS = b"review_id,customer_name,rating,review_text\n2,Bo,4,Fine\n"
BODY = OTHERS + f"1,{NAME},5,Good\n".encode()


@pytest.fixture
def strict_s3(session):
    """Let S3 refuse keys that are too long, as it does outside of tests."""

    def check(params, model, **_):
        if len(params.get("Key", "").encode()) > MAX_KEY_BYTES:
            raise ClientError({"Error": {"Code": "400", "Message": "Bad Request"}}, model.name)

    session.events.register("before-parameter-build.s3", check)
    yield
    session.events.unregister("before-parameter-build.s3", check)


@pytest.fixture
def process(handler, context):
    return lambda key: handler.lambda_handler({"Records": [s3_record(key)]}, context)


@pytest.mark.parametrize("length", [966, 967, 968, 1_000, 1_024])
def test_a_deleted_file_under_a_long_key_is_erased(length, strict_s3, store, process, erase):
    key = f"{'a' * (length - 4)}.csv"
    store.upload(key, BODY)
    process(key)
    store.client.delete_object(Bucket=RAW, Key=key)

    status, data, messages = erase(NAME, "--yes")

    assert (status, data["left"]) == (0, []), messages
    assert versions_with(store.client, NAME) == []
    assert "Contents" not in store.client.list_objects_v2(Bucket=RAW)


def test_outputs_stay_if_an_interrupted_erasure_did_not_list_them(store, process, erase):
    store.upload("reviews.csv", BODY)
    process("reviews.csv")
    store.client.put_object(Bucket=RAW, Key="reviews.csv", Body=OTHERS, Metadata={"was-deleted": "true"})
    process("reviews.csv")
    current = store.client.head_object(Bucket=RAW, Key="reviews.csv")["VersionId"]
    before = [*filter(lambda key: store.metadata(key)["source-version-id"] == current, store.keys())]

    status, _, messages = erase(NAME, "--yes")

    assert status == 0, messages
    assert "Contents" not in store.client.list_objects_v2(Bucket=RAW)
    assert len(before) >= 5
    assert {*before} <= {*store.keys()}

"""`tastetrend erase` leaves a customer in no version of an object, and all others as they were."""

import io
import json

import pyarrow.parquet as pq
import pytest

from tests.unit.erase.search import holds

NAME = "Ottoline Quill"
KEYS = ("erase/one.csv", "erase/two.csv")
HEADER = "review_id,customer_name,date,rating,review_text\n"
OLD = f"{HEADER}1,{NAME},2024-05-13,5,An old review\n2,Bo,2024-05-14,4,Fine\n"
ONE = f"{HEADER}1,{NAME},2024-05-13,5,New\n2,Bo,2024-05-14,4,Fine\n3,{NAME},,,\n4,Mia,2024-05-15,2,Good\n"
TWO = f"{HEADER}1,Bo,2024-05-13,5,I came with {NAME.upper()}\n"


@pytest.fixture(scope="module")
def uploaded(store, invoke):
    store.upload(KEYS[0], OLD.encode())
    store.await_outcome(KEYS[0])
    for key, text in zip(KEYS, (ONE, TWO), strict=True):
        store.upload(key, text.encode())
        invoke({"key": key})


def versions_with(store, outputs, name):
    """Return the keys of all versions of all buckets that hold a name."""
    found = []
    for bucket in (
        value for key, value in outputs.items() if key.endswith("BucketName") and "Vector" not in key
    ):
        for page in store.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in page.get("Versions", []):
                version = {"Bucket": bucket, "Key": entry["Key"], "VersionId": entry["VersionId"]}
                if holds(store.s3.get_object(**version)["Body"].read(), name):
                    found.append(entry["Key"])
    return found


def test_a_customer_is_in_no_version_of_an_object_any_more(uploaded, store, outputs, ops):
    assert len(versions_with(store, outputs, NAME)) >= 6

    ran = ops("erase", "--customer", NAME, "--yes", "--json")

    assert versions_with(store, outputs, NAME) == [], ran.errors
    certificate = json.loads(ran.output)
    mine = [each for each in certificate["left"] if "erase/" in each["key"]]
    assert (mine, [each["own"] for each in certificate["files"] if each["key"] == KEYS[0]]) == ([], [2])
    table = pq.read_table(io.BytesIO(store.read(store.keys_for(KEYS[0]).dataset)))
    assert table["customer_name"].to_pylist() == ["Bo", "Mia"]
    rows = store.report(KEYS[0])["rows"]
    assert (rows["read"], rows["written"]) == (2, 2)

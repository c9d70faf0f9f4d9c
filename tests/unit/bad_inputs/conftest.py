"""Fixtures that process a file with a warm handler and read its outputs."""

import importlib
import io
from collections import Counter
from dataclasses import dataclass, field

import boto3
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from tests.unit.bad_inputs.reviews import MARK, mark
from tests.unit.conftest import ENVIRONMENT, PROCESSED, RAW, Store


@dataclass
class Delivery:
    """Response and outputs of one processed file."""

    result: dict
    report: dict
    rows: list = field(default_factory=list)
    rejected: list = field(default_factory=list)
    duplicates: list = field(default_factory=list)

    @property
    def action(self):
        return self.result["action"]

    @property
    def reason(self):
        return self.result["reason"]

    @property
    def reasons(self):
        return {row["source_row"]: row["reason"] for row in self.rejected}

    def column(self, name):
        return [row[name] for row in self.rows]

    def holds_each_mark_once(self, count):
        """Return whether each of the marks 1 … count is in exactly one written or rejected row."""
        texts = [" ".join(map(str, row.values())) for row in [*self.rows, *self.rejected]]
        counted = Counter(number for text in texts for number in set(MARK.findall(text)))
        return counted == {mark(number): 1 for number in range(1, count + 1)}


@pytest.fixture(scope="module")
def warm():
    """Yield an S3 client and a handler that all tests of a module share, like warm invocations."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        client = boto3.client("s3")
        for bucket in (RAW, PROCESSED):
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        yield client, importlib.reload(importlib.import_module("api_handler"))


@pytest.fixture
def store(warm):
    """Return the emptied buckets."""
    client, _ = warm
    for bucket in (RAW, PROCESSED):
        for version in client.list_object_versions(Bucket=bucket).get("Versions", []):
            client.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    return Store(client)


@pytest.fixture
def handler(warm):
    return warm[1]


@pytest.fixture
def send(deliver, store):
    """Return a function that processes a file and reads its outputs; the raw object must not change."""

    def send_one(body, key="reviews.csv"):
        result = deliver(body, key)
        assert store.client.get_object(Bucket=RAW, Key=key)["Body"].read() == body
        if result["action"] != "processed":
            parquet = [name for name in store.versions() if name.endswith(".parquet")]
            assert [name.partition("/")[0] for name in parquet] == ["history"]
            return Delivery(result, store.error())
        (report,) = [report for report in store.reports("validation") if report["raw_object"]["key"] == key]
        delivery = Delivery(
            result,
            report,
            read(store, report["outputs"]["dataset"]),
            *split(read(store, report["outputs"]["rejected"])),
        )
        assert_rows_balance(delivery)
        return delivery

    return send_one


def read(store, key):
    return pq.read_table(io.BytesIO(store.read(key))).to_pylist() if key else []


def split(rows):
    """Return the rejected rows and the duplicates."""
    assert [row["source_row"] for row in rows] == sorted(row["source_row"] for row in rows)
    return (
        [row for row in rows if row["reason"] != "duplicate"],
        [row for row in rows if row["reason"] == "duplicate"],
    )


def assert_rows_balance(delivery):
    outcomes = {"written": delivery.rows, "rejected": delivery.rejected, "duplicate": delivery.duplicates}
    counted = {outcome: len(rows) for outcome, rows in outcomes.items()}
    numbers = [row["source_row"] for rows in outcomes.values() for row in rows]
    assert delivery.report["rows"] == counted | {"read": len(numbers)}
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert {row["duplicate_of"] for row in delivery.duplicates} <= {*delivery.column("source_row")}

"""The outputs of the samples on the deployed stack are the expected ones."""

import io
import json

import pyarrow.parquet as pq
import pytest

from local.demo import samples

EXPECTED = json.loads((samples()[0].parent / "expectations.json").read_text())
COUNTS = ("read", "written", "rejected", "duplicate")


@pytest.fixture(scope="module", autouse=True)
def uploaded(store):
    for file in samples():
        store.upload(file.name, file.read_bytes())
    store.await_outcome(*EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_row_balance_is_the_expected_one(store, name):
    rows = store.report(name)["rows"]
    assert {count: rows[count] for count in COUNTS} == {
        count: EXPECTED[name][f"rows_{count}"] for count in COUNTS
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_the_dataset_has_the_expected_rows(store, name):
    dataset = pq.read_table(io.BytesIO(store.read(store.keys_for(name, EXPECTED[name]["kind"]).dataset)))
    assert dataset.num_rows == EXPECTED[name]["rows_written"]
    if "source_row" in EXPECTED[name]:
        assert dataset["source_row"].to_pylist() == EXPECTED[name]["source_row"]


@pytest.mark.parametrize("name", [name for name in EXPECTED if "rejected" in EXPECTED[name]])
def test_the_rejected_and_duplicate_rows_have_the_expected_reasons(store, name):
    left_out = pq.read_table(io.BytesIO(store.read(store.keys_for(name).rejected))).to_pylist()
    rejected = {(row, reason, None) for reason, rows in EXPECTED[name]["rejected"].items() for row in rows}
    duplicates = {(row, "duplicate", first) for row, first in EXPECTED[name]["duplicates"]}
    assert {(row["source_row"], row["reason"], row["duplicate_of"]) for row in left_out} == (
        rejected | duplicates
    )


def test_the_metadata_has_the_function_version_and_the_source_version(store):
    for key in store.versions("processed/processed_tastetrend_"):
        metadata = store.s3.head_object(Bucket=store.processed, Key=key)["Metadata"]
        assert metadata["function-version"] == "1"
        assert metadata["source-version-id"]


def test_no_event_has_failed(failures):
    assert failures.count() == 0

"""The datasets of the samples have the values that their generator expects."""

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tastetrend_etl.output_keys import dataset_keys

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = json.loads((SAMPLES / "expectations.json").read_text(encoding="utf-8"))
REVIEWS = [file for file, expected in EXPECTED.items() if expected["kind"] == "reviews"]


@pytest.fixture
def processed(deliver, store):
    """Return a function that processes a sample and reads its dataset."""

    def process(file):
        deliver((SAMPLES / file).read_bytes(), file)
        return pq.read_table(io.BytesIO(store.read(dataset_keys(file)[EXPECTED[file]["kind"]])))

    return process


@pytest.mark.parametrize("file", EXPECTED)
def test_every_row_has_the_expected_outcome(file, processed, store):
    expected = EXPECTED[file]

    rows = processed(file).num_rows

    counted = store.report()["rows"]
    assert counted == {
        "read": expected["rows_read"],
        "written": expected["rows_written"],
        "rejected": expected["rows_rejected"],
        "duplicate": expected["rows_duplicate"],
    }
    assert rows == counted["written"]


@pytest.mark.parametrize("file", REVIEWS)
def test_the_expected_rows_are_written(file, processed):
    assert processed(file)["source_row"].to_pylist() == EXPECTED[file]["source_row"]


@pytest.mark.parametrize("file", REVIEWS)
def test_every_date_is_the_expected_one(file, processed):
    dates = processed(file)["review_date"].to_pylist()

    assert [date and date.strftime("%Y-%m-%dT%H:%M:%SZ") for date in dates] == EXPECTED[file]["review_date"]


@pytest.mark.parametrize("file", REVIEWS)
@pytest.mark.parametrize("column", ["rating_1_5", "total_spent"])
def test_every_rating_and_amount_is_the_expected_one(file, column, processed):
    assert processed(file)[column].to_pylist() == pytest.approx(EXPECTED[file][column])


@pytest.mark.parametrize("file", REVIEWS)
def test_every_review_has_a_unique_id(file, processed):
    ids = processed(file)["review_id"].to_pylist()

    assert len(set(ids)) == len(ids)
    assert {len(review_id) for review_id in ids} == {32}


@pytest.mark.parametrize("file", REVIEWS)
def test_the_report_has_the_expected_file_format(file, processed, store):
    expected = EXPECTED[file]

    processed(file)

    report = store.report()
    assert report["encoding"] == expected["encoding"]
    assert report["delimiter"] == expected["delimiter"]
    assert report["rating"]["scale"] == expected["rating_scale"]
    assert report["dates"]["day_first"] == (expected["date_order"] == "day_first")
    assert report["conflicting_ids"] == len(expected["conflicting_ids"])

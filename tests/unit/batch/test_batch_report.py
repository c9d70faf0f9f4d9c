"""The report of a batch: the result of each file, from what is in S3 alone."""

import importlib
import json
from datetime import UTC, datetime, timedelta

import moto.s3.models
import pytest

from tastetrend_etl.output_keys import curated_keys, output_keys
from tastetrend_etl.s3_download import find_current_version
from tests.unit.conftest import PROCESSED, RAW, LambdaContext, s3_record

FUTURE = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
GOOD = b"rating,review_text,location,gender\n5,good,Uptown,F\n1,bad,Uptown,M\n"
MESSY = b"rating,review_text,location,gender\n5,good,uptown,F\n5,fine,Downtown,\n4,a,b,c,ragged\n"
FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\n"


@pytest.fixture
def upload(store, handler):
    """Return a function that uploads a file and processes it."""

    def upload_and_process(key, body, version="7"):
        store.upload(key, body)
        handler.lambda_handler({"Records": [s3_record(key)]}, LambdaContext(function_version=version))

    return upload_and_process


@pytest.fixture
def report(store):
    """Return a function that reports on a prefix; it returns the response and the report."""
    module = importlib.reload(importlib.import_module("batch_report"))

    def report_on(prefix="in/", started=FUTURE, execution="run-1"):
        given = {"prefix": prefix} if isinstance(prefix, str) else prefix
        event = {"execution": execution, "input": given, "started": started}
        response = module.lambda_handler(event, LambdaContext())
        return response, json.loads(store.read(response["key"]))

    return report_on


def keys_of(store, key):
    return output_keys(find_current_version(store.client, RAW, key))


def only_file(report):
    (file,) = report["worst_first"]
    return file


def test_a_batch_without_a_problem_holds(upload, report):
    upload("in/a.csv", GOOD)
    upload("in/b.csv", MESSY)
    upload("in/facts.csv", FACTS)
    upload("in/empty.csv", b"")
    upload("elsewhere/c.csv", GOOD)

    response, written = report()

    assert response == {"holds": True, "key": "batches/run-1/report.json", "files": written["files"]}
    assert written["files"] == {
        "all": 4,
        "processed": 3,
        "rejected": 1,
        "missing": 0,
        "contradictory": 0,
        "no_report": 0,
        "no_part": 0,
        "unbalanced": 0,
    }
    assert written["rows"] == {"read": 6, "written": 5, "rejected": 1, "duplicate": 0}
    assert written["rejections"] == {"empty_file": 1}
    assert sum(written["statuses"].values()) == 3


def test_the_worst_files_come_first(upload, report, store):
    upload("in/a.csv", GOOD)
    upload("in/b.csv", MESSY)
    upload("in/empty.csv", b"")
    store.upload("in/z.csv", GOOD)

    _, written = report()

    assert [file["key"] for file in written["worst_first"]] == [
        "in/z.csv",
        "in/empty.csv",
        "in/b.csv",
        "in/a.csv",
    ]


def test_a_file_that_nothing_was_made_of_breaks_the_balance(store, report):
    store.upload("in/a.csv", GOOD)

    response, written = report()

    assert response["holds"] is False
    assert only_file(written)["outcome"] == "missing"


def test_a_dataset_of_an_older_version_of_the_file_does_not_count(upload, store, report):
    upload("in/a.csv", GOOD)
    store.upload("in/a.csv", MESSY)

    assert only_file(report()[1])["outcome"] == "missing"


def test_an_error_report_of_an_older_version_of_the_file_does_not_count(upload, store, report):
    upload("in/a.csv", b"")
    upload("in/a.csv", GOOD)

    assert only_file(report()[1])["outcome"] == "processed"


def put_error_report(store, key):
    error = keys_of(store, key).error
    store.client.put_object(Bucket=PROCESSED, Key=error, Body=b'{"reason": "empty_file"}')


@pytest.mark.parametrize(("older", "outcome"), [("error", "processed"), ("dataset", "contradictory")])
def test_of_a_dataset_and_an_error_report_the_newer_one_has_to_be_the_dataset(
    older, outcome, upload, store, report, monkeypatch
):
    """A corrected version of the code may process what another has rejected, not the other way round."""
    upload("in/a.csv", GOOD)
    put_error_report(store, "in/a.csv")
    key = getattr(keys_of(store, "in/a.csv"), older)
    written = moto.s3.models.s3_backends["123456789012"]["aws"].get_object(PROCESSED, key)
    written.last_modified -= timedelta(minutes=1)

    response, document = report()

    assert only_file(document)["outcome"] == outcome
    assert response["holds"] is (outcome == "processed")


def test_a_dataset_without_its_validation_report_breaks_the_balance(upload, store, report):
    upload("in/a.csv", GOOD)
    store.client.delete_object(Bucket=PROCESSED, Key=keys_of(store, "in/a.csv").validation)

    response, written = report()

    assert (response["holds"], only_file(written)["outcome"]) == (False, "no_report")


PARTS = pytest.mark.parametrize("body", [GOOD, FACTS], ids=["reviews", "restaurant facts"])


@PARTS
def test_a_dataset_without_its_curated_part_breaks_the_balance(body, upload, store, report):
    upload("in/a.csv", body)
    for key in curated_keys("in/a.csv").values():
        store.client.delete_object(Bucket=PROCESSED, Key=key)

    response, written = report()

    assert (response["holds"], only_file(written)["outcome"]) == (False, "no_part")
    assert only_file(written)["rows"]["read"] == body.count(b"\n") - 1


@PARTS
def test_a_curated_part_of_an_older_version_breaks_the_balance(body, upload, store, report):
    upload("in/a.csv", body)
    (part,) = {*curated_keys("in/a.csv").values()}.intersection(store.keys())
    older = store.metadata(part)
    upload("in/a.csv", body + body.splitlines(keepends=True)[-1].replace(b"1", b"2"))
    assert report()[0]["holds"] is True
    store.client.put_object(Bucket=PROCESSED, Key=part, Body=b"older", Metadata=older)

    response, written = report()

    assert (response["holds"], only_file(written)["outcome"]) == (False, "no_part")


def test_rows_that_do_not_add_up_break_the_balance(upload, store, report):
    upload("in/a.csv", GOOD)
    key = keys_of(store, "in/a.csv").validation
    validation = json.loads(store.read(key))
    validation["rows"]["written"] = 1
    store.client.put_object(Bucket=PROCESSED, Key=key, Body=json.dumps(validation))

    response, written = report()

    assert (response["holds"], only_file(written)["outcome"]) == (False, "unbalanced")


def test_a_file_that_was_uploaded_after_the_start_is_named_but_not_judged(upload, store, report):
    upload("in/a.csv", GOOD)
    started = datetime.now(UTC) - timedelta(hours=1)

    response, written = report(started=started.isoformat().replace("+00:00", "Z"))

    assert response["holds"] is True
    assert written["uploaded_later"] == ["in/a.csv"]
    assert written["files"]["all"] == 0


def test_folder_markers_and_deleted_files_are_not_files(upload, store, report):
    upload("in/a.csv", GOOD)
    store.upload("in/", b"")
    store.upload("in/b.csv", GOOD)
    store.client.delete_object(Bucket=RAW, Key="in/b.csv")

    assert report()[1]["files"]["all"] == 1


def test_a_key_that_is_too_long_for_a_dataset_has_its_error_report(upload, report):
    upload("in/" + "k" * 1_000, GOOD)

    assert only_file(report()[1])["reason"] == "key_too_long"


def test_the_bias_over_all_files_is_that_of_one_file_with_all_rows(upload, store, report):
    upload("in/a.csv", GOOD)
    upload("in/b.csv", MESSY)
    upload("whole.csv", GOOD + MESSY.split(b"\n", 1)[1])

    over_all = report()[1]["bias"]

    (whole,) = (each for each in store.reports("bias") if each["raw_object"]["key"] == "whole.csv")
    assert over_all["columns"]["location"]["groups"].keys() == {"Uptown", "Downtown"}
    assert over_all == {name: whole[name] for name in over_all}


def test_a_batch_without_reviews_has_no_bias(upload, report):
    upload("in/facts.csv", FACTS)

    assert report()[1]["bias"] is None


def test_the_report_has_no_cell(upload, store, report):
    upload("in/a.csv", b"rating,review_text,customer_name\n5,Secret words,Jane Doe\n")

    written = json.dumps(report()[1])

    assert "Secret" not in written
    assert "Jane" not in written


def test_hundreds_of_files_are_all_judged(store, report):
    for number in range(300):
        store.upload(f"in/{number}.csv", GOOD)

    assert report()[1]["files"]["missing"] == 300

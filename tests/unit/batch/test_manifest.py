"""A manifest names the files of a batch; the batch waits for them, and reports under the manifest's name."""

import importlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from tastetrend_batch.manifest import ManifestError, read_keys
from tests.unit.conftest import RAW, LambdaContext, s3_record

GOOD = b"rating,review_text\n5,good\n"
MANIFEST = "may/delivery.manifest.jsonl"


@pytest.fixture
def call(store):
    """Return a function that calls the batch report, `waited` after the start of the execution."""
    module = importlib.reload(importlib.import_module("batch_report"))

    def call_report(*, waited=timedelta(0), **event):
        started = (datetime.now(UTC) - waited).isoformat()
        return module.lambda_handler(event | {"execution": "run-1", "started": started}, LambdaContext())

    return call_report


def upload_manifest(store, *keys):
    store.upload(MANIFEST, "".join(json.dumps(key) + "\n" for key in keys).encode())


@pytest.mark.parametrize(
    "manifest",
    [
        b'"a.csv"\n"b \\u00e9.csv"\n',
        b'{"key": "a.csv"}\n\n  {"key": "b \xc3\xa9.csv", "rows": 3}',
        b'\xef\xbb\xbf"a.csv"\r\n"b \xc3\xa9.csv"\r\n',
    ],
    ids=["strings", "objects and blank lines", "BOM and Windows line ends"],
)
def test_each_line_names_a_key(manifest):
    assert list(read_keys(manifest)) == ["a.csv", "b é.csv"]


@pytest.mark.parametrize(
    "line", [b"a.csv", b'""', b"7", b"null", b'["a.csv"]', b'{"name": "a.csv"}', b"\xff"]
)
def test_a_line_that_is_no_key_is_named(line):
    with pytest.raises(ManifestError, match=r"^line 2 of the manifest is no key: write "):
        list(read_keys(b'"a.csv"\n' + line))


def test_a_manifest_without_a_key_is_an_error(store, call):
    store.upload(MANIFEST, b"\n")

    with pytest.raises(ManifestError, match="names no file"):
        call(gather=MANIFEST)


def test_a_batch_is_ready_when_all_files_are_there(store, call):
    store.upload("a.csv", GOOD)
    upload_manifest(store, "a.csv", "b.csv")

    assert call(gather=MANIFEST)["ready"] is False
    assert call(gather=MANIFEST)["missing"] == ["b.csv"]

    store.upload("b.csv", GOOD)
    assert call(gather=MANIFEST)["ready"] is True


def test_after_an_hour_a_batch_does_without_the_missing_files(store, call):
    upload_manifest(store, "a.csv")

    assert call(gather=MANIFEST, waited=timedelta(minutes=59))["ready"] is False
    assert call(gather=MANIFEST, waited=timedelta(minutes=61)) == {
        "ready": True,
        "missing": ["a.csv"],
        "list": "batches/run-1/files.jsonl",
    }


def test_the_list_has_each_file_once(store, call):
    upload_manifest(store, "b.csv", "a.csv", "b.csv")

    listed = store.read(call(gather=MANIFEST)["list"])

    assert [json.loads(line) for line in listed.splitlines()] == [{"key": "b.csv"}, {"key": "a.csv"}]


def test_only_the_first_missing_files_are_in_the_history_of_the_execution(store, call):
    upload_manifest(store, *(f"{number}.csv" for number in range(300)))

    assert call(gather=MANIFEST)["missing"] == [f"{number}.csv" for number in range(20)]


def test_the_report_is_under_the_name_of_the_manifest_and_over_its_files_only(store, call, handler):
    for key in ("a.csv", "other.csv"):
        store.upload(key, GOOD)
        handler.lambda_handler({"Records": [s3_record(key)]}, LambdaContext())
    upload_manifest(store, "a.csv", "never-came.csv")
    gathered = call(gather=MANIFEST, waited=timedelta(hours=2))

    response = call(input={"manifest": MANIFEST, "reprocess": False, "gathered": gathered})

    assert response["key"] == "batches/may/delivery/report.json"
    assert response["holds"] is False
    report = json.loads(store.read(response["key"]))
    assert report["manifest"] == MANIFEST
    assert [(file["key"], file["outcome"], file["reason"]) for file in report["worst_first"]] == [
        ("never-came.csv", "missing", "not_uploaded"),
        ("a.csv", "processed", ""),
    ]


def test_a_file_that_was_uploaded_while_the_batch_waited_is_judged(store, call, handler):
    upload_manifest(store, "a.csv")
    store.upload("a.csv", GOOD)
    handler.lambda_handler({"Records": [s3_record("a.csv")]}, LambdaContext())
    gathered = call(gather=MANIFEST)

    started = timedelta(hours=1)
    response = call(input={"manifest": MANIFEST, "gathered": gathered}, waited=started)

    assert (response["holds"], response["files"]["processed"]) == (True, 1)


def test_a_manifest_under_a_prefix_is_no_file_of_its_batch(store, call):
    upload_manifest(store, "a.csv")

    assert call(input={"prefix": "may/"}, waited=timedelta(hours=-1))["files"]["all"] == 0
    assert store.client.head_object(Bucket=RAW, Key=MANIFEST)

"""Objects with unusual keys."""

import io
import json
import re
from datetime import UTC, datetime

import moto.s3.models
import pyarrow.parquet as pq
import pytest

from tastetrend_etl.limits import RESERVED_PREFIXES
from tastetrend_etl.models import SourceObject
from tastetrend_etl.observability import logger
from tastetrend_etl.output_keys import output_keys
from tests.contract_1 import former_output_keys
from tests.unit.conftest import RAW, s3_record

GOOD = b"rating,review_text\n5,good\n"
MESSY = b"rating,review_text\n5,good\n4,fine,ragged\n3,so so\n"
FACTS = b"restaurant_name,avg_stars,total_reviews\nThe Fork,4.5,120\n"

ODD_KEYS = [
    'a b+c%25é"//.csv',
    "north/2024 Q1/reviews (1).csv",
    "100%.csv",
    "%2F%2f%20+.csv",
    "a&b=c;d,e@f:g$h!.csv",
    'it\'s "quoted" `so`.csv',
    "what?.csv",
    "*.csv",
    "[ab]{c,d}.csv",
    "back\\slash.csv",
    "😀/عربى/日本.csv",
    "/leading.csv",
    "//.csv",
    "a/./b.csv",
    ".csv",
    "no extension",
    "<x>|^~#.csv",
    "line\nend\r\ttab.csv",
    "s3://bucket/x.csv",
    "arn:aws:s3:eu-west-1:1:accesspoint/x/y.csv",
]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_E03_a_key_is_decoded_once_and_used_for_all_outputs(key, deliver, store):
    assert deliver(MESSY, key)["action"] == "processed"

    folder, slash, name = key.rpartition("/")
    report = store.report()
    assert report["raw_object"]["key"] == key
    assert report["outputs"]["dataset"] == f"processed/{folder}{slash}processed_{name}.parquet"
    assert sorted(filter(None, report["outputs"].values())) == sorted(
        written
        for written in store.everything()
        if "/validation_" not in written and not written.startswith(("curated/", "history/"))
    )
    dataset = pq.read_table(io.BytesIO(store.read(report["outputs"]["dataset"])))
    assert set(dataset["source_file"].to_pylist()) == {key}
    rejected = pq.read_table(io.BytesIO(store.read(report["outputs"]["rejected"])))
    assert rejected["source_row"].to_pylist() == [2]


@pytest.mark.parametrize("letter", ["k", "é", "😀"])
def test_E12_a_key_too_long_for_its_outputs_is_rejected_under_a_truncated_key(letter, deliver, store):
    key = (letter * 1_024).encode()[:1_024].decode(errors="ignore")

    assert deliver(MESSY, key)["reason"] == "key_too_long"

    assert store.error()["raw_object"]["key"] == key
    assert len(store.keys()) == len(["error report", "page", "history"])
    assert all(len(written.encode()) <= 1_024 for written in store.everything())


def test_E12_two_long_keys_with_the_same_prefix_have_different_outputs(deliver, store):
    deliver(GOOD, "k" * 1_023 + "1")
    deliver(GOOD, "k" * 1_023 + "2")

    assert len(store.keys()) == 2 * len(["error report", "page", "history"])


def test_E12_the_longest_key_whose_outputs_fit_is_processed(deliver, store):
    longest = "k" * 967

    assert deliver(MESSY, longest)["action"] == "processed"
    assert max(len(key) for key in store.everything()) == 1_024
    assert deliver(MESSY, longest + "k")["reason"] == "key_too_long"


def test_E14_metadata_is_ascii_and_does_not_contain_the_key(deliver, store):
    deliver(MESSY, "Zürich-日本-😀.csv")

    for written in store.everything():
        metadata = store.metadata(written)
        assert set(metadata) == {
            "source-version-id",
            "source-etag",
            "function-version",
            "event-sequencer",
            "content-sha256",
        }
        assert "".join(metadata.values()).isascii()


@pytest.mark.parametrize(
    "key",
    [
        "in/processed_r.csv.parquet",
        "restaurants_r.csv.parquet",
        "rejected_r\n.csv.20261123T163501Z-0123abcd.parquet",
        "report_20261123T163501Z-0123abcd.html",
        "validation_20261123T163501Z-0123abcd.json",
        "bias_20261123T163501Z-0123abcd.json",
        "r.csv.20261123T163501Z-0123abcd.error.json",
    ],
)
def test_E15_a_key_like_an_output_is_rejected_unread(key, deliver, store):
    assert deliver(GOOD, key)["reason"] == "looks_like_output"
    assert store.error()["raw_object"]["key"] == key


@pytest.mark.parametrize("prefix", RESERVED_PREFIXES)
def test_E15_a_key_with_a_reserved_prefix_is_rejected_unread(prefix, deliver, store):
    assert deliver(GOOD, f"{prefix}2024/reviews.csv")["reason"] == "reserved_prefix"

    history, page, error = store.keys()
    assert history.startswith("history/month=")
    assert page.startswith(f"processed/logs/{prefix}2024/reviews.csv/report_")
    assert error.startswith(f"rejected/{prefix}2024/reviews.csv.")
    assert store.error()["message"] == (
        f"the key begins with {prefix}, which is reserved for outputs; upload the file under another prefix"
    )


@pytest.mark.parametrize(
    "key",
    ["processed.csv", "processed_reviews.csv", "validation_2024.json", "my/processed/r.csv", "/logs/r.csv"],
)
def test_E15_a_key_that_only_resembles_an_output_is_accepted(key, deliver):
    assert deliver(GOOD, key)["action"] == "processed"


@pytest.mark.parametrize("body", [MESSY, FACTS], ids=["reviews", "restaurant facts"])
def test_every_output_is_under_a_prefix_that_raw_keys_cannot_have(body, deliver, store):
    deliver(body)
    deliver(b"", "empty.csv")

    assert all(key.startswith(RESERVED_PREFIXES) for key in store.everything())


def test_only_reviews_and_reports_are_under_the_prefix_of_reviews(deliver, store):
    deliver(MESSY, "north/reviews.csv")
    deliver(FACTS, "north/facts.csv")
    deliver(b"", "north/empty.csv")

    assert [
        re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "VERSION", key)
        for key in store.everything()
        if not key.startswith(("curated/", "history/"))
    ] == [
        "processed/logs/north/empty.csv/report_VERSION.html",
        "processed/logs/north/facts.csv/report_VERSION.html",
        "processed/logs/north/facts.csv/validation_VERSION.json",
        "processed/logs/north/reviews.csv/bias_VERSION.json",
        "processed/logs/north/reviews.csv/report_VERSION.html",
        "processed/logs/north/reviews.csv/validation_VERSION.json",
        "processed/north/processed_reviews.csv.parquet",
        "reference/north/restaurants_facts.csv.parquet",
        "rejected/north/empty.csv.VERSION.error.json",
        "rejected/north/rejected_reviews.csv.VERSION.parquet",
    ]


@pytest.mark.parametrize("length", [20, 962, 963, 967, 968, 1_024])
def test_the_former_keys_are_those_of_contract_version_1(length):
    source = SourceObject(RAW, "in/" + "k" * (length - 3), "v", "e", 1, datetime(2026, 11, 23, tzinfo=UTC))
    keys, former = output_keys(source, "restaurant_info"), former_output_keys(source)

    name = source.key.removeprefix("in/")
    shortened = source.key if length <= 962 else "in/" + "k" * 509 + "~"
    version = former.validation.rpartition("validation_")[2].removesuffix(".json")
    assert former.dataset == f"processed/in/processed_{name}.parquet"
    assert former.rejected == f"processed/rejected/in/rejected_{name}.{version}.parquet"
    assert former.error == f"processed/rejected/{shortened}.{version}.error.json"
    assert (former.validation, former.bias) == (keys.validation, keys.bias)


@pytest.mark.parametrize(
    "keys",
    [
        ("A.CSV", "a.csv"),
        ("\u00e9.csv", "e\u0301.csv"),
        ("a/r.csv", "a_r.csv"),
        ("r.csv", "r.txt"),
        ("a/r.csv", "b/r.csv"),
    ],
    ids=["case", "NFC and NFD", "slash", "extension", "folder"],
)
def test_E16_different_keys_have_different_outputs(keys, deliver, store):
    for key in keys:
        deliver(MESSY, key)

    assert {report["raw_object"]["key"] for report in store.reports("validation")} == set(keys)
    outputs = ["dataset", "curated part", "rejected rows", "validation", "bias", "page", "history"]
    assert len(store.keys()) == 2 * len(outputs)
    assert len(store.versions()) == len(store.keys())


def test_E19_two_uploads_within_one_second_have_separate_reports(deliver, store, monkeypatch):
    moment = moto.s3.models.utcnow()
    monkeypatch.setattr(moto.s3.models, "utcnow", lambda: moment)

    deliver(GOOD)
    deliver(MESSY)

    first, second = store.reports("validation")
    assert first["raw_object"]["last_modified"] == second["raw_object"]["last_modified"]
    assert {first["rows"]["read"], second["rows"]["read"]} == {1, 3}
    newest = store.client.head_object(Bucket=RAW, Key="reviews.csv")["VersionId"]
    assert store.metadata("processed/processed_reviews.csv.parquet")["source-version-id"] == newest


@pytest.mark.parametrize(
    "key", ["line\nend.csv", "\x1b[31mred\x1b[0m.csv", "${jndi:ldap://x}.csv", '{"level":"ERROR"}\r\n.csv']
)
def test_E20_a_key_cannot_forge_a_log_line(key, store, handler, context, monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", log)
    store.upload(key, GOOD)

    response = handler.lambda_handler({"Records": [s3_record(key)]}, context)

    assert response["files"][0]["action"] == "processed"
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["key"] == key
    assert "\x1b" not in line

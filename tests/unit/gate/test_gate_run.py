"""Golden files are replayed apart from the data: read from the artifacts bucket, and written to it."""

import json

from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW

GOLDEN = b"rating,review_text\n5,good\n,\n"
KEY = "gate/run/7/golden.csv"


def keys(store, bucket):
    return {entry["Key"] for entry in store.client.list_objects_v2(Bucket=bucket).get("Contents", [])}


def rehearse(store, handler, context):
    store.client.put_object(Bucket=ARTIFACTS, Key=KEY, Body=GOLDEN)
    return handler.lambda_handler({"bucket": ARTIFACTS, "key": KEY, "reprocess": True}, context)


def test_a_golden_file_ends_in_the_bucket_that_it_came_from(store, handler, context):
    (result,) = rehearse(store, handler, context)["files"]

    assert result["action"] == "processed"
    folders = {key.rsplit("/run/", 1)[0] for key in keys(store, ARTIFACTS)}
    assert folders == {"gate", "processed/gate", "processed/rejected/gate", "processed/logs/gate"}


def test_a_rehearsal_touches_no_real_data(store, handler, context):
    rehearse(store, handler, context)

    assert keys(store, RAW) == keys(store, PROCESSED) == set()


def test_the_data_goes_its_own_way_after_a_rehearsal(store, handler, context):
    rehearse(store, handler, context)
    store.upload("reviews.csv", GOLDEN)

    handler.lambda_handler({"key": "reviews.csv"}, context)

    assert "processed/processed_reviews.csv.parquet" in keys(store, PROCESSED)


def test_golden_rows_are_counted_apart_so_that_they_ring_no_alarm(store, handler, context, capsys):
    rehearse(store, handler, context)

    (counted,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    (group,) = counted["_aws"]["CloudWatchMetrics"]
    assert [metric["Name"] for metric in group["Metrics"]] == ["FilesRehearsed"]

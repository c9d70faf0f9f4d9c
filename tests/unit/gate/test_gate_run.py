"""A gate run reads golden files from the artifacts bucket and writes its outputs there."""

import json

from tastetrend_etl.runtime import describe_runtime
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW, s3_record

GOLDEN = b"rating,review_text\n5,good\n,\n"
KEY = "gate/run/7/golden.csv"


def keys(store, bucket):
    return {entry["Key"] for entry in store.client.list_objects_v2(Bucket=bucket).get("Contents", [])}


def run_gate(store, handler, context):
    store.client.put_object(Bucket=ARTIFACTS, Key=KEY, Body=GOLDEN)
    return handler.lambda_handler({"bucket": ARTIFACTS, "key": KEY, "reprocess": True}, context)


def test_outputs_of_a_golden_file_are_written_to_its_bucket(store, handler, context):
    (result,) = run_gate(store, handler, context)["files"]

    assert result["action"] == "processed"
    folders = {key.rsplit("/run/", 1)[0] for key in keys(store, ARTIFACTS)}
    assert folders == {"gate", "processed/gate", "rejected/gate", "processed/logs/gate"}


def test_a_gate_run_touches_no_real_data(store, handler, context):
    run_gate(store, handler, context)

    assert keys(store, RAW) == keys(store, PROCESSED) == set()


def test_a_gate_run_does_not_affect_later_invocations(store, handler, context):
    run_gate(store, handler, context)
    store.upload("reviews.csv", GOLDEN)

    handler.lambda_handler({"key": "reviews.csv"}, context)

    assert "processed/processed_reviews.csv.parquet" in keys(store, PROCESSED)


def test_only_a_gate_run_is_told_what_the_code_runs_on(store, handler, context):
    store.upload("reviews.csv", GOLDEN)

    assert run_gate(store, handler, context)["runtime"] == describe_runtime(store.client)
    assert "runtime" not in handler.lambda_handler({"key": "reviews.csv"}, context)


def test_a_version_tells_what_it_runs_on_without_writing(store, handler, context):
    response = handler.lambda_handler({"bucket": ARTIFACTS, "key": "gate/run/7/runtime"}, context)

    assert response["files"][0]["reason"] == "gone"
    assert response["runtime"]["conditional_writes"] == "supported"
    assert keys(store, ARTIFACTS) == set()


def test_golden_files_count_only_as_gate_runs_so_that_they_trigger_no_alarm(store, handler, context, capsys):
    run_gate(store, handler, context)

    (counted,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    (group,) = counted["_aws"]["CloudWatchMetrics"]
    assert [metric["Name"] for metric in group["Metrics"]] == ["FilesInGateRuns"]


def test_golden_files_silence_no_metric_of_other_records_of_the_event(store, handler, context, capsys):
    store.client.put_object(Bucket=ARTIFACTS, Key=KEY, Body=GOLDEN)
    store.upload("reviews.csv", GOLDEN)
    records = [s3_record(KEY, bucket=ARTIFACTS), s3_record("reviews.csv"), {"unknown": "record"}]

    handler.lambda_handler({"Records": records}, context)

    (counted,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    names = ("EventsReceived", "EventsRejected", "FilesInGateRuns", "FilesProcessed", "RowsRead")
    assert {name: counted[name] for name in names} == {
        "EventsReceived": [1.0],
        "EventsRejected": [1.0],
        "FilesInGateRuns": [1.0],
        "FilesProcessed": [1.0],
        "RowsRead": [2.0],
    }

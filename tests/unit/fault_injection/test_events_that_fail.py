"""What becomes of an event of which something cannot be processed now."""

import io
import json

import pyarrow.parquet as pq
import pytest

from tastetrend_etl.errors import RetryableError
from tests.unit.conftest import s3_record
from tests.unit.fault_injection import faulty_s3 as faults

GOOD = b"rating,review_text\n5,good\n"

THREE = [s3_record(f"{name}.csv") for name in ("first", "second", "third")]
MESSAGES = [{"messageId": f"m{n}", "body": json.dumps({"Records": [r]})} for n, r in enumerate(THREE)]


@pytest.fixture
def second_fails(store, standin, handler):
    for name in ("first", "second", "third"):
        store.upload(f"{name}.csv", GOOD)
    standin.strike(0, faults.only("second", faults.refusal(503, "SlowDown")), forever=True)


def test_E04_one_record_that_fails_takes_neither_neighbour_along(
    second_fails, handler, context, store, standin
):
    with pytest.raises(RetryableError, match="503 on HeadObject"):
        handler.lambda_handler({"Records": THREE}, context)
    finished = store.everything()
    assert {report["raw_object"]["key"] for report in store.reports("validation")} == {
        "first.csv",
        "third.csv",
    }

    standin.strike()
    again = handler.lambda_handler({"Records": THREE}, context)

    assert [file["action"] for file in again["files"]] == ["skipped", "processed", "skipped"]
    assert store.everything().items() >= finished.items()
    assert len(store.versions()) == len(store.everything())


def test_E11_only_the_message_that_failed_is_delivered_again(second_fails, handler, context):
    answer = handler.lambda_handler({"Records": MESSAGES}, context)

    assert answer["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert [file["key"] for file in answer["files"]] == ["first.csv", "third.csv"]


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (400, "KMS.DisabledException")], ids=["denied", "disabled"]
)
def test_E18_a_key_that_decrypts_nothing_is_a_failure_and_not_the_files_fault(status, code, scene):
    at = scene.sites.index("download of the raw object")

    error = scene.struck(at, faults.refusal(status, code), forever=True)

    assert isinstance(error, RetryableError)
    assert f"{code} on GetObject" in str(error)
    assert scene.stored() == scene.before


def test_I16_a_warm_function_remembers_nothing_of_a_call_that_failed(scene, store, handler, context, capsys):
    scene.struck(len(scene.sites) - 1, faults.refusal(503, "SlowDown"), forever=True)
    store.upload("other.csv", GOOD)
    capsys.readouterr()

    handler.lambda_handler({"Records": [s3_record("other.csv")]}, context)

    (counted,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert counted["RowsRead"] == [1.0]
    assert counted["EventsReceived"] == [1.0]
    (dataset,) = (key for key in scene.stored() if key.endswith("processed_other.csv.parquet"))
    assert pq.read_table(io.BytesIO(store.read(dataset)))["review_text"].to_pylist() == ["good"]

"""Events of which one record or object cannot be processed now."""

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
def second_fails(store, faulty_s3, handler):
    for name in ("first", "second", "third"):
        store.upload(f"{name}.csv", GOOD)
    faulty_s3.inject(0, faults.only("second", faults.error_response(503, "SlowDown")), forever=True)


def test_E04_a_record_that_fails_does_not_affect_the_other_records(
    second_fails, handler, context, store, faulty_s3
):
    with pytest.raises(RetryableError, match="503 on HeadObject"):
        handler.lambda_handler({"Records": THREE}, context)
    first_outputs = store.everything()
    assert {report["raw_object"]["key"] for report in store.reports("validation")} == {
        "first.csv",
        "third.csv",
    }

    faulty_s3.inject()
    response = handler.lambda_handler({"Records": THREE}, context)

    assert [file["action"] for file in response["files"]] == ["skipped", "processed", "skipped"]
    assert store.everything().items() >= first_outputs.items()
    assert len(store.versions()) == len(store.everything())


def test_E11_only_the_failed_message_is_redelivered(second_fails, handler, context):
    response = handler.lambda_handler({"Records": MESSAGES}, context)

    assert response["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert [file["key"] for file in response["files"]] == ["first.csv", "third.csv"]


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (400, "KMS.DisabledException")], ids=["denied", "disabled"]
)
def test_E18_an_unusable_kms_key_is_an_error_and_does_not_reject_the_file(status, code, scenario):
    at = scenario.call_sites.index("download of the raw object")

    error = scenario.send_with_fault(at, faults.error_response(status, code), forever=True)

    assert isinstance(error, RetryableError)
    assert f"{code} on GetObject" in str(error)
    assert scenario.stored() == scenario.before


def test_I16_a_warm_function_keeps_no_state_of_a_failed_invocation(scenario, store, handler, context, capsys):
    scenario.send_with_fault(
        len(scenario.call_sites) - 1, faults.error_response(503, "SlowDown"), forever=True
    )
    store.upload("other.csv", GOOD)
    capsys.readouterr()

    handler.lambda_handler({"Records": [s3_record("other.csv")]}, context)

    (metrics,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert metrics["RowsRead"] == [1.0]
    assert metrics["EventsReceived"] == [1.0]
    (dataset,) = (key for key in scenario.stored() if key.endswith("processed_other.csv.parquet"))
    assert pq.read_table(io.BytesIO(store.read(dataset)))["review_text"].to_pylist() == ["good"]

"""A file that is too large for the small function is left to the large one, once, by its true size."""

import gzip
import json
from dataclasses import replace

import boto3
import pytest

from tastetrend_etl.limits import TIERS
from tests.unit.conftest import ARTIFACTS, RAW, LambdaContext, s3_record

KEY = "big.csv"
DATASET = "processed/processed_big.csv.parquet"
ROWS = b"".join(b"%d,Good food and more of it\n" % (number % 5 + 1) for number in range(200))
BIG = b"rating,review_text\n" + ROWS  # 5 KB


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch):
    monkeypatch.setitem(TIERS, "small", replace(TIERS["small"], max_bytes=1_000))
    monkeypatch.setitem(TIERS, "large", replace(TIERS["large"], max_bytes=100_000))


@pytest.fixture
def executions(store):
    """Return a function that lists the inputs of the batch machine's executions."""
    client = boto3.client("stepfunctions")
    arn = client.create_state_machine(
        name="tastetrend-local-batch",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/batch",
    )["stateMachineArn"]

    def inputs():
        started = client.list_executions(stateMachineArn=arn)["executions"]
        described = (client.describe_execution(executionArn=each["executionArn"]) for each in started)
        return [json.loads(each["input"]) for each in described]

    return inputs


@pytest.fixture
def send(store, handler, context):
    """Return a function that uploads a file and sends its event or another one."""

    def upload_and_send(body=BIG, key=KEY, **event):
        store.upload(key, body)
        message = {"key": key, **event} if event else {"Records": [s3_record(key)]}
        return handler.lambda_handler(message, context)["files"][0]

    return upload_and_send


@pytest.fixture
def large(handler, store):
    """Return a function that processes the raw file as the large function does."""

    def process(**event):
        small = handler.SETTINGS
        handler.SETTINGS = replace(small, tier="large", etl_version="7", batch_arn="")
        try:
            return handler.lambda_handler({"key": KEY, **event}, LambdaContext(function_version="1"))[
                "files"
            ][0]
        finally:
            handler.SETTINGS = small

    return process


@pytest.mark.parametrize("body", [BIG, gzip.compress(BIG)], ids=["listed size", "true size of gzip"])
def test_an_event_of_a_file_that_is_too_large_starts_the_batch_machine(body, send, executions, store):
    assert len(gzip.compress(BIG)) < 1_000

    assert send(body)["action"] == "handed_over"
    assert executions() == [{"key": KEY, "reprocess": False}]
    assert store.keys() == []


def test_a_file_of_too_many_rows_is_handed_over(send, executions, monkeypatch):
    monkeypatch.setitem(TIERS, "small", replace(TIERS["small"], max_bytes=10_000, max_rows=100))

    assert send()["action"] == "handed_over"
    assert executions() == [{"key": KEY, "reprocess": False}]


def test_to_process_it_again_is_handed_over_too(send, executions):
    send(reprocess=True)

    assert executions() == [{"key": KEY, "reprocess": True}]


def test_a_batch_is_told_and_no_other_one_is_started(send, executions, store):
    assert send(hand_over=False)["action"] == "too_large_here"
    assert executions() == []
    assert store.keys() == []


def test_a_file_that_is_too_large_for_every_function_is_rejected_with_the_largest_limit(
    send, executions, store
):
    assert send(b"rating,review_text\n" + ROWS * 20)["action"] == "rejected"
    assert executions() == []
    assert store.error()["reason"] == "too_large"
    assert "more than 100,000; split it" in store.error()["message"]


def test_the_large_function_rejects_what_inflates_beyond_its_limit(send, large, executions, store):
    send(gzip.compress(b"rating,review_text\n" + ROWS * 20))

    assert large()["action"] == "rejected"
    assert store.error()["reason"] == "too_large_inflated"
    assert len(executions()) == 1


def test_what_the_large_function_has_processed_is_not_handed_over_again(send, large, executions, handler):
    send()
    assert large()["action"] == "processed"

    again = handler.lambda_handler({"Records": [s3_record(KEY)]}, LambdaContext())["files"][0]

    assert (again["action"], again["reason"]) == ("skipped", "already_processed")
    assert len(executions()) == 1


@pytest.mark.parametrize(
    ("version", "action"), [("7", "skipped"), ("8", "handed_over")], ids=["same version", "newer version"]
)
def test_what_a_version_has_rejected_is_handed_over_to_a_newer_one_only(
    version, action, send, large, executions, handler
):
    send(b"\xef\xbb\xbf" + b" " * 5_000)
    assert large()["action"] == "rejected"

    again = handler.lambda_handler({"key": KEY}, LambdaContext(function_version=version))["files"][0]

    assert again["action"] == action


def test_a_golden_file_is_not_handed_over(handler, store, executions):
    store.client.put_object(Bucket=ARTIFACTS, Key="gate/big.csv", Body=BIG)

    event = {"bucket": ARTIFACTS, "key": "gate/big.csv"}
    result = handler.lambda_handler(event, LambdaContext())["files"][0]

    assert (result["action"], result["reason"]) == ("rejected", "too_large")
    assert executions() == []


def test_both_functions_write_the_same_objects(send, large, store, monkeypatch):
    monkeypatch.setitem(TIERS, "small", TIERS["large"])
    send(BIG + b"4,fine,ragged\n")
    by_small, version = store.everything(), store.metadata(DATASET)["function-version"]

    assert large(reprocess=True)["action"] == "processed"

    assert len(by_small) == 7
    assert store.everything() == by_small
    assert store.metadata(DATASET)["function-version"] == version == "7"
    side_objects = [
        key for key in store.versions() if not key.startswith(("curated/", "processed/processed_"))
    ]
    assert len(side_objects) == len(set(side_objects)) == 5


def test_a_file_that_is_handed_over_is_counted(send, executions, capsys):
    send()

    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [each["FilesHandedOver"] for each in metrics if "FilesHandedOver" in each] == [[1.0]]


def test_the_raw_object_stays_as_it_is(send, executions, store):
    send()

    assert store.client.get_object(Bucket=RAW, Key=KEY)["Body"].read() == BIG


MANIFEST = "may.manifest.jsonl"


def stop_executions():
    """Stop all executions: S3 may repeat an event after the batch has ended."""
    client = boto3.client("stepfunctions")
    (machine,) = client.list_state_machines()["stateMachines"]
    for each in client.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
        client.stop_execution(executionArn=each["executionArn"])


def test_a_manifest_starts_a_batch_once_for_each_of_its_versions(send, executions, handler, store):
    assert send(b'"big.csv"\n', MANIFEST)["action"] == "handed_over"
    handler.lambda_handler({"Records": [s3_record(MANIFEST)]}, LambdaContext())
    assert executions() == [{"manifest": MANIFEST, "reprocess": False}]

    stop_executions()
    again = handler.lambda_handler({"Records": [s3_record(MANIFEST)]}, LambdaContext())["files"][0]
    assert (again["action"], again["reason"]) == ("skipped", "already_started")
    assert executions() == [{"manifest": MANIFEST, "reprocess": False}]
    assert store.keys() == []

    send(b'"bigger.csv"\n', MANIFEST)
    assert len(executions()) == 2


def test_a_manifest_can_be_processed_again(send, executions):
    send(b'"big.csv"\n', MANIFEST)
    send(b'"big.csv"\n', MANIFEST, reprocess=True)

    assert {"manifest": MANIFEST, "reprocess": True} in executions()


def test_a_batch_over_a_prefix_skips_the_manifests_under_it(send, executions, store):
    result = send(b'"big.csv"\n', MANIFEST, hand_over=False)

    assert (result["action"], result["reason"]) == ("skipped", "manifest")
    assert executions() == []
    assert store.keys() == []


@pytest.fixture
def with_task(handler, monkeypatch):
    """Deploy the task, with a limit of 1 MB."""
    monkeypatch.setitem(TIERS, "task", replace(TIERS["task"], max_bytes=1_000_000))
    handler.SETTINGS = replace(handler.SETTINGS, largest_tier="task")


HUGE = b"rating,review_text\n" + ROWS * 20  # 100 KB


@pytest.mark.parametrize("body", [HUGE, gzip.compress(HUGE)], ids=["listed size", "true size of gzip"])
def test_with_a_task_the_large_function_sends_on_what_is_too_large_for_it(
    body, with_task, send, large, executions, store
):
    assert send(body)["action"] == "handed_over"
    assert large()["action"] == "too_large_here"
    assert executions() == [{"key": KEY, "reprocess": False}]
    assert store.keys() == []


def test_with_a_task_only_what_is_too_large_for_it_is_rejected(with_task, send, executions, store):
    assert send(b"rating,review_text\n" + ROWS * 200)["action"] == "rejected"
    assert "more than 1,000,000; split it" in store.error()["message"]
    assert executions() == []


def test_a_manifest_starts_no_batch_from_the_large_function(with_task, send, large, executions, store):
    send(b'"big.csv"\n', MANIFEST)

    result = large(key=MANIFEST)

    assert (result["action"], result["reason"]) == ("skipped", "manifest")
    assert len(executions()) == 1

"""The commands `failures`, `redrive` and `replay`, against S3, SQS and Lambda in memory."""

import io
import json
from threading import Lock
from types import SimpleNamespace

import boto3
import pytest
from rich.console import Console

from ops import invoke, repair, replay_all
from ops.repair import repair_outputs
from ops.replay import delete_outputs, find_outputs
from ops.stack_outputs import CommandContext
from tastetrend_etl.output_keys import curated_keys
from tests.unit.conftest import OUTPUTS, PROCESSED, RAW, LambdaContext, s3_record
from tests.unit.gate.gate_versions import follows_contract_1

GOOD = b"rating,review_text\n5,good\n"

BUCKETS = ("RawBucketName", "ProcessedBucketName", "ArtifactsBucketName")


class LambdaService:
    """Runs the handler in this process, as the version that the test makes live."""

    def __init__(self, handler):
        self.handler = handler
        self.version = "7"
        self.broken = False
        self.one_at_a_time = Lock()  # as in Lambda, where each process handles one event

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 # as boto3 names them
        assert FunctionName == "tastetrend-local-etl:dev"
        if self.broken:
            response = {"errorMessage": "SlowDown on PutObject", "errorType": "RetryableError"}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(response).encode())}
        with self.one_at_a_time:
            response = self.handler.lambda_handler(
                json.loads(Payload), LambdaContext(function_version=self.version)
            )
        return {"Payload": io.BytesIO(json.dumps(response).encode())}


@pytest.fixture
def service(handler, monkeypatch):
    running = LambdaService(handler)
    monkeypatch.setattr(invoke, "connect", lambda: running)
    return running


@pytest.fixture
def queue(store):
    """Return the failure queue of a deployed stack."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="tastetrend-local-etl-failures")["QueueUrl"]
    outputs = {name: {"Value": value} for name, value in (OUTPUTS | {"FailureQueueUrl": url}).items()}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    boto3.client("cloudformation").create_stack(
        StackName="tastetrend-local", TemplateBody=json.dumps(template)
    )
    return url


@pytest.fixture
def run(queue, service, tastetrend):
    """Return a function that runs a command and returns its status and output."""

    def call(*arguments):
        result = tastetrend(*arguments, "--env", "local")
        return result.status, result.stdout

    return call


def fail(queue, event, reason="SlowDown on PutObject", attempts=3):
    record = {
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": attempts},
        "requestPayload": event,
        "responsePayload": {"errorMessage": reason, "errorType": "RetryableError"},
    }
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(record))


def waiting(queue):
    response = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(response["Attributes"]["ApproximateNumberOfMessages"])


def test_a_failure_is_listed_with_its_reason_and_stays_in_the_queue(run, queue):
    fail(queue, {"Records": [s3_record("a b.csv")]})

    status, output = run("failures")

    assert status == 0
    assert "a b.csv: tried 3 times, SlowDown on PutObject" in output
    assert "1 failed event in the failure queue of local" in output
    assert waiting(queue) == 1


def test_a_raw_event_of_a_dead_letter_queue_is_listed_too(run, queue):
    boto3.client("sqs").send_message(
        QueueUrl=queue,
        MessageBody=json.dumps({"Records": [s3_record("a.csv")]}),
        MessageAttributes={"ErrorMessage": {"DataType": "String", "StringValue": "no space left"}},
    )

    _, output = run("failures")

    assert "a.csv: no space left" in output


def test_an_event_of_unknown_format_is_listed_too(run, queue):
    fail(queue, {"what": "ever"})

    _, output = run("failures")

    assert "an event of unknown format" in output


def test_more_failures_than_one_response_contains_are_all_listed(run, queue):
    for number in range(23):
        fail(queue, {"key": f"{number}.csv"})

    _, output = run("failures")

    assert "23 failed events" in output
    assert waiting(queue) == 23


def test_redrive_without_yes_only_lists_the_events(run, queue, store):
    store.upload("a.csv", GOOD)
    fail(queue, {"Records": [s3_record("a.csv")]})

    _, output = run("redrive")

    assert "would send: a.csv" in output
    assert store.keys() == []
    assert waiting(queue) == 1


@pytest.mark.parametrize("shape", ["destination record", "raw event"])
def test_redriven_events_are_processed_and_deleted_from_the_queue(run, queue, store, shape):
    store.upload("a.csv", GOOD)
    event = {"Records": [s3_record("a.csv")]}
    if shape == "raw event":
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    else:
        fail(queue, event)

    status, output = run("redrive", "--yes")

    assert status == 0
    assert "a.csv: processed, 1 of 1 rows written" in output
    assert store.metadata("processed/processed_a.csv.parquet")
    assert waiting(queue) == 0


def test_an_event_that_fails_again_stays_in_the_queue(run, queue, service):
    fail(queue, {"Records": [s3_record("a.csv")]})
    service.broken = True

    status, output = run("redrive", "--yes")

    assert status == 1
    assert "failed again: SlowDown on PutObject" in output
    assert waiting(queue) == 1


def test_redriving_a_processed_event_changes_nothing(run, queue, store):
    store.upload("a.csv", GOOD)
    for _ in range(2):
        fail(queue, {"Records": [s3_record("a.csv")]})

    run("redrive", "--yes")
    first = store.versions()
    fail(queue, {"Records": [s3_record("a.csv")]})
    _, output = run("redrive", "--yes")

    assert "skipped (already_processed)" in output
    assert store.versions() == first


def process(service, store, version, *keys):
    service.version = version
    for key in keys:
        store.upload(key, GOOD)
        service.handler.lambda_handler({"key": key}, LambdaContext(function_version=version))


def test_replay_without_yes_only_lists_the_objects(run, service, store):
    process(service, store, "3", "in/a.csv", "in/b.csv", "out/c.csv")
    before = store.versions()

    _, output = run("replay", "in/")

    assert "would process: in/a.csv" in output
    assert "out/c.csv" not in output
    assert store.versions() == before


def test_replaying_a_prefix_replaces_its_outputs(run, service, store):
    process(service, store, "3", "in/a.csv", "out/c.csv")
    service.version = "4"

    status, _ = run("replay", "in/", "--yes")

    assert status == 0
    assert store.metadata("processed/in/processed_a.csv.parquet")["function-version"] == "4"
    assert store.metadata("processed/out/processed_c.csv.parquet")["function-version"] == "3"


def test_replaying_the_objects_of_one_version_excludes_the_others(run, service, store):
    process(service, store, "3", "a.csv")
    process(service, store, "5", "b.csv")
    store.upload("bad.csv", b"")
    service.handler.lambda_handler({"key": "bad.csv"}, LambdaContext(function_version="3"))

    _, output = run("replay", "", "--only-version", "3")

    assert "would process: a.csv" in output
    assert "would process: bad.csv" in output
    assert "b.csv" not in output.replace("would process: a.csv", "")


def test_replaying_since_a_day_excludes_earlier_objects(run, service, store):
    process(service, store, "3", "a.csv")

    _, output = run("replay", "", "--since", "2999-01-01")

    assert "0 objects" in output


def test_json_lists_the_failures(run, queue):
    fail(queue, {"Records": [s3_record("a.csv")]})

    _, output = run("failures", "--json")

    assert json.loads(output) == {
        "environment": "local",
        "failures": [{"subject": "a.csv", "reason": "SlowDown on PutObject", "attempts": 3}],
    }


def printed_json(result):
    """Return the JSON on stdout, without the metrics that the function prints in the same process."""
    _, output = result
    return json.loads(output[output.index("{\n") :])


def test_json_marks_a_dry_run(run, queue, store):
    store.upload("a.csv", GOOD)
    fail(queue, {"Records": [s3_record("a.csv")]})

    shown, sent = (printed_json(run("redrive", "--json", *yes)) for yes in ([], ["--yes"]))

    assert shown == {"environment": "local", "dry_run": True, "events": [{"subject": "a.csv"}]}
    assert sent["dry_run"] is False
    assert sent["events"] == [
        {
            "subject": "a.csv",
            "message": "processed, 1 of 1 rows written",
            "failed": False,
            "handed_over": False,
        }
    ]


def test_json_lists_the_objects_that_a_replay_processed(run, service, store):
    process(service, store, "3", "in/a.csv", "in/b.csv")

    shown, processed = (printed_json(run("replay", "in/", "--json", *yes)) for yes in ([], ["--yes"]))

    assert shown["objects"] == [{"key": "in/a.csv"}, {"key": "in/b.csv"}]
    assert [(entry["key"], entry["failed"]) for entry in processed["objects"]] == [
        ("in/a.csv", False),
        ("in/b.csv", False),
    ]


def test_an_environment_that_is_not_deployed_is_wrong_state(queue, tastetrend):
    result = tastetrend("failures", "--env", "prod")

    assert (result.status, result.stdout) == (1, "")
    assert result.stderr == (
        "error: there is no stack tastetrend-prod in eu-west-1; deploy it with `make deploy ENV=prod`, "
        "or name another environment or region\n"
    )


def test_outputs_that_the_good_version_writes_as_well_are_not_deleted(store, handler):
    """Even when both versions wrote the same bytes."""
    store.upload("reviews.csv", b"rating,review_text\n5,good\n4,fine,ragged\n")
    handler.lambda_handler({"key": "reviews.csv"}, LambdaContext(function_version="7"))
    handler.lambda_handler({"key": "reviews.csv", "reprocess": True}, LambdaContext(function_version="8"))
    outputs = store.keys()

    context = SimpleNamespace(s3=store.client, processed_bucket=PROCESSED)
    deleted = delete_outputs(context, find_outputs(context, ["7"]))

    assert deleted == []
    assert store.keys() == outputs


REJECTS_A_ROW = b"rating,review_text\n5,good\n4,fine,ragged\n"


@pytest.fixture
def contract_1(service, store):
    """Process files, one of them rejected, with version 3 of contract version 1; version 4 is live then."""
    with pytest.MonkeyPatch.context() as patch:
        follows_contract_1(patch)
        for key, body in {"in/a.csv": REJECTS_A_ROW, "bad.csv": b""}.items():
            store.upload(key, body)
            service.handler.lambda_handler({"key": key}, LambdaContext(function_version="3"))
    service.version = "4"
    return store.keys()


@pytest.fixture
def run_all(run, service, monkeypatch):
    """Return a function that runs `replay --all`."""
    monkeypatch.setattr(replay_all, "current_versions", lambda _: {"dev": service.version})
    return lambda *arguments: run("replay", "--all", *arguments)


def writers(store):
    return {key: store.metadata(key)["function-version"] for key in store.everything()}


def test_outputs_are_found_wherever_their_version_put_them(run, contract_1):
    _, output = run("replay", "", "--only-version", "3")

    assert [line for line in output.splitlines() if "would process" in line] == [
        "would process: bad.csv",
        "would process: in/a.csv",
    ]


def test_the_former_word_of_contract_version_1_is_translated(run, service, contract_1):
    with pytest.MonkeyPatch.context() as patch:
        follows_contract_1(patch)
        _, output = run("replay", "bad.csv", "--yes")

    assert "bad.csv: rejected (empty_file)" in output


def test_replaying_all_without_yes_only_lists_objects_and_outputs(run_all, store, contract_1):
    status, output = run_all()
    shown = printed_json(run_all("--json"))

    assert status == 0
    assert "would process: in/a.csv" in output
    assert f"Of {len(contract_1)} outputs of other versions" in output
    assert (shown["dry_run"], shown["version"], shown["outputs"]) == (True, "4", contract_1)
    assert set(writers(store).values()) == {"3"}


def test_replaying_all_moves_a_bucket_to_the_keys_of_the_live_version(run_all, store, contract_1):
    done = printed_json(run_all("--yes", "--json"))

    former = [key for key in contract_1 if key.startswith("processed/rejected/")]
    assert len(former) == 2
    assert done["deleted_outputs"] == former
    assert store.keys() == sorted(key.replace("processed/rejected/", "rejected/") for key in contract_1)
    assert set(writers(store).values()) == {"4"}


def test_replaying_all_again_changes_nothing(run_all, store, contract_1):
    run_all("--yes")
    before = store.everything()

    assert printed_json(run_all("--yes", "--json"))["deleted_outputs"] == []
    assert store.everything() == before


def test_nothing_is_deleted_if_an_object_fails(run_all, service, store, contract_1):
    service.broken = True

    status, output = run_all("--yes")

    assert status == 1
    assert "0 of 2 objects were processed again, 0 outputs of other versions were deleted" in output
    assert store.keys() == contract_1


def test_outputs_that_cannot_be_written_again_are_kept(run_all, service, store):
    """The object is deleted, or its dataset is of an earlier upload because the newer one is rejected."""
    process(service, store, "3", "gone.csv", "twice.csv")
    store.client.delete_object(Bucket=RAW, Key="gone.csv")
    before = {*store.keys()}
    store.upload("twice.csv", b"")
    service.handler.lambda_handler({"key": "twice.csv"}, LambdaContext(function_version="3"))
    service.version = "4"

    status, output = run_all("--yes")

    assert status == 0
    assert f"{len(before)} outputs of other versions were kept" in output
    assert {key for key, writer in writers(store).items() if writer == "3"} == before


def test_what_another_version_writes_during_a_replay_is_not_deleted(
    run_all, service, store, contract_1, monkeypatch
):
    def reprocess_then_write(*arguments):
        result = reprocess(*arguments)
        service.handler.lambda_handler(
            {"key": "in/a.csv", "reprocess": True}, LambdaContext(function_version="5")
        )
        return result

    reprocess = replay_all.reprocess
    monkeypatch.setattr(replay_all, "reprocess", reprocess_then_write)

    run_all("--yes")

    assert store.metadata("processed/in/processed_a.csv.parquet")["function-version"] == "5"


def test_what_is_uploaded_during_a_replay_keeps_its_outputs(run_all, service, store, contract_1, monkeypatch):
    def reprocess_after_upload(*arguments):
        result = reprocess(*arguments)
        process(service, store, "3", "new.csv")  # the alias went back to a version that is to be replaced
        return result

    reprocess = replay_all.reprocess
    monkeypatch.setattr(replay_all, "reprocess", reprocess_after_upload)

    run_all("--yes")

    assert store.metadata("processed/processed_new.csv.parquet")["function-version"] == "3"


def test_a_dataset_whose_newer_upload_arrives_rejected_during_a_replay_is_kept(
    run_all, service, store, monkeypatch
):
    def reprocess_after_upload(*arguments):
        store.upload("a.csv", b"")
        return reprocess(*arguments)

    process(service, store, "3", "a.csv")
    service.version = "4"
    reprocess = replay_all.reprocess
    monkeypatch.setattr(replay_all, "reprocess", reprocess_after_upload)

    run_all("--yes")

    assert store.metadata("processed/processed_a.csv.parquet")["function-version"] == "3"


@pytest.mark.parametrize("arguments", [[], ["", "--all"], ["--all", "--since", "2026-01-01"]])
def test_either_a_prefix_or_all_objects_must_be_named(queue, tastetrend, arguments):
    result = tastetrend("replay", *arguments, "--env", "local")

    assert result.status == 2
    assert result.stderr == ("error: name either a prefix, or --all without --since and --only-version\n")


def test_a_curated_part_that_only_the_bad_version_writes_is_deleted(store, handler):
    """As when the good version is from before there were curated parts."""
    store.upload("reviews.csv", GOOD)
    handler.lambda_handler({"key": "reviews.csv"}, LambdaContext(function_version="8"))
    part = curated_keys("reviews.csv")["reviews"]
    others = sorted({*store.keys()} - {part})
    for key in others:
        metadata = store.metadata(key) | {"function-version": "7"}
        store.client.put_object(Bucket=PROCESSED, Key=key, Body=store.read(key), Metadata=metadata)
    context = SimpleNamespace(s3=store.client, processed_bucket=PROCESSED)
    assert delete_outputs(context, find_outputs(context, ["8"])) == [part]
    assert store.keys() == others


@pytest.fixture
def context(store, service):
    """Return the context of a rollback of version 5, after version 4 is live again."""
    process(service, store, "5", "a.csv", "b.csv")
    service.version = "4"
    names = (OUTPUTS[name] for name in (*BUCKETS, "FunctionName", "LiveAliasName"))
    return CommandContext("local", *names, "", "", store.client, Console(file=io.StringIO()))


def after_reprocessing(monkeypatch, act):
    """Act when the raw objects were processed again, before anything is deleted."""
    reprocess = repair.reprocess

    def reprocess_then_act(*arguments):
        result = reprocess(*arguments)
        return act(result) or result

    monkeypatch.setattr(repair, "reprocess", reprocess_then_act)


def test_what_the_bad_version_writes_during_the_repair_is_left_and_said(context, service, store, monkeypatch):
    """As an invocation does that began before the alias moved: no event of its file is left."""
    after_reprocessing(monkeypatch, lambda _: process(service, store, "5", "late.csv"))

    result = repair_outputs(context, ["5"])

    late = "processed/processed_late.csv.parquet"
    assert late in result["left_outputs"]
    assert store.metadata(late)["function-version"] == "5"
    assert "run this again" in context.console.file.getvalue()


def test_the_outputs_of_a_file_that_a_task_still_processes_are_kept(context, service, store, monkeypatch):
    def hand_over(result):
        service.handler.lambda_handler(
            {"key": "a.csv", "reprocess": True}, LambdaContext(function_version="5")
        )
        objects, failed = result
        return [each | {"handed_over": each["key"] == "a.csv"} for each in objects], failed

    after_reprocessing(monkeypatch, hand_over)

    assert repair_outputs(context, ["5"])["deleted_outputs"] == []
    assert store.metadata("processed/processed_a.csv.parquet")["function-version"] == "5"


def test_an_output_that_was_replaced_since_it_was_read_is_not_deleted(context, service, store):
    outputs = find_outputs(context, ["5"])
    store.upload("a.csv", GOOD + b"4,fine\n")
    service.handler.lambda_handler({"key": "a.csv"}, LambdaContext(function_version="4"))

    deleted = delete_outputs(context, outputs)

    assert "processed/processed_b.csv.parquet" in deleted
    assert store.metadata("processed/processed_a.csv.parquet")["function-version"] == "4"

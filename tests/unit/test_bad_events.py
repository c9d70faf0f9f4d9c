"""Events of all kinds: unusual ones, wrapped ones, and inputs that are not events."""

import json

import pytest

from tests.unit.conftest import PROCESSED, RAW, s3_record

GOOD = b"rating,review_text\n5,good\n"
BETTER = b"rating,review_text\n5,better\n4,fine\n"
DATASET = "processed/processed_reviews.csv.parquet"
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": RAW}


def sqs(*bodies):
    return {
        "Records": [
            {"messageId": f"m{place}", "eventSource": "aws:sqs", "body": json.dumps(body)}
            for place, body in enumerate(bodies)
        ]
    }


def sns_envelope(event):
    return {"Type": "Notification", "Message": json.dumps(event)}


def event_bridge(key="reviews.csv", detail_type="Object Created", bucket=RAW):
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "sequencer": "0A"}}
    return {"source": "aws.s3", "detail-type": detail_type, "account": "1", "detail": detail}


NOTIFICATION = {"Records": [s3_record("reviews.csv")]}


@pytest.fixture
def send(handler, context):
    return lambda event: handler.lambda_handler(event, context)


@pytest.fixture
def metrics(capsys):
    """Return a function that returns the sums of the emitted metrics."""

    def read():
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        names = {name for line in lines for name in line if isinstance(line[name], list)}
        return {name: sum(sum(line.get(name, [])) for line in lines) for name in names}

    return read


@pytest.mark.parametrize("event", [TEST_EVENT, sqs(TEST_EVENT)], ids=["bare", "in SQS"])
def test_E01_the_test_event_of_s3_is_ignored(event, send, store):
    assert send(event) == {"files": [], "batchItemFailures": []}
    assert store.keys() == []


NO_EVENTS = {
    "empty": {},
    "null": None,
    "list": [],
    "text": "x",
    "no records": {"Records": []},
    "an empty record": {"Records": [{}]},
    "records of another kind": {"Records": "abc"},
    "API gateway": {"resource": "/", "httpMethod": "POST", "body": json.dumps({"key": "reviews.csv"})},
    "a future version": {"Records": [s3_record("reviews.csv") | {"eventVersion": "3.0"}]},
    "no key": {"key": ""},
    "a key that is no text": {"key": 5},
    "a key longer than S3 has": {"key": "k" * 1_025},
    "half a surrogate pair": {"key": "\ud800.csv"},
    "no UTF-8": {"Records": [{"s3": {"bucket": {"name": RAW}, "object": {"key": "%FF"}}}]},
    "a sequencer that no metadata takes": {"Records": [s3_record("reviews.csv", sequencer="é")]},
    "SQS without JSON": {"Records": [{"messageId": "m0", "body": "not JSON"}]},
    "SQS too deep": {"Records": [{"messageId": "m0", "body": "[" * 100_000}]},
}


@pytest.mark.parametrize("event", NO_EVENTS.values(), ids=NO_EVENTS)
def test_E02_an_input_that_is_no_event_is_rejected_once_with_the_accepted_kinds(event, send, store, metrics):
    store.upload("reviews.csv", GOOD)

    response = send(event)

    assert "accepted are an S3 notification" in response["rejected"]
    assert response["batchItemFailures"] == []
    assert store.keys() == []
    assert metrics()["EventsRejected"] == 1


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [{}, s3_record("reviews.csv")]},
        sqs({"Records": [{}, s3_record("reviews.csv")]}),
        sqs("no event", NOTIFICATION),
    ],
    ids=["in a notification", "in a message", "in a batch of messages"],
)
def test_E02_an_unreadable_record_does_not_affect_other_records(event, send, store):
    store.upload("reviews.csv", GOOD)

    response = send(event)

    assert [file["action"] for file in response["files"]] == ["processed"]
    assert "rejected" in response


@pytest.mark.parametrize(
    "bucket", [PROCESSED, "somebody-elses", "arn:aws:s3:::tastetrend-local-raw-1", ["x"]]
)
def test_E09_an_event_of_another_bucket_is_rejected_before_any_request(bucket, handler, send, store, metrics):
    requests = []
    handler.S3.meta.events.register("before-call.s3", lambda model, **_: requests.append(model.name))

    response = send({"bucket": bucket, "key": "reviews.csv"})

    assert response["files"][0] | {"action": "rejected", "reason": "other_bucket"} == response["files"][0]
    assert requests == []
    assert metrics()["EventsRejected"] == 1


@pytest.mark.parametrize("extra", [{}, {"bucket": RAW}, {"bucket": RAW, "versionId": "whichever"}])
def test_E10_a_manual_invocation_processes_the_current_version_of_its_key(extra, send, store):
    store.upload("reviews.csv", GOOD)
    current = store.upload("reviews.csv", BETTER)

    assert send({"key": "reviews.csv"} | extra)["files"][0]["action"] == "processed"
    assert store.metadata(DATASET)["source-version-id"] == current


WRAPPED = {
    "EventBridge": event_bridge(),
    "S3 in SQS": sqs(NOTIFICATION),
    "S3 in SNS": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(NOTIFICATION)}}]},
    "S3 in SNS in SQS": sqs(sns_envelope(NOTIFICATION)),
    "EventBridge in SQS": sqs(event_bridge()),
    "EventBridge in SNS in SQS": sqs(sns_envelope(event_bridge())),
}


@pytest.mark.parametrize("event", WRAPPED.values(), ids=WRAPPED)
def test_E11_an_event_is_read_in_every_envelope(event, send, store):
    store.upload("reviews.csv", GOOD)

    response = send(event)

    assert [file["action"] for file in response["files"]] == ["processed"]
    assert response["batchItemFailures"] == []
    assert DATASET in store.everything()


UNWANTED = {
    name: {"Records": [s3_record("reviews.csv", name=name)]}
    for name in (
        "ObjectRemoved:Delete",
        "s3:ObjectRemoved:DeleteMarkerCreated",
        "ObjectRestore:Completed",
        "LifecycleTransition",
        "ObjectTagging:Put",
    )
} | {"EventBridge deleted": event_bridge(detail_type="Object Deleted")}


@pytest.mark.parametrize("event", UNWANTED.values(), ids=UNWANTED)
def test_E13_only_created_objects_are_processed(event, send, store):
    store.upload("reviews.csv", GOOD)

    assert send(event)["files"][0]["reason"] == "not_created"
    assert store.keys() == []

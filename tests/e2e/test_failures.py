"""A file that cannot be processed now is not lost, and one that never can disturbs nobody."""

import json

import pytest
from rich.console import Console

from local.demo import await_all
from local.errors import LocalError
from tests.e2e.conftest import reviews

KEY = "failures/reviews.csv"


@pytest.fixture
def processed_is_read_only(client, store):
    """Have the processed bucket refuse all writes, for as long as the caller asks."""
    s3, bucket = client("s3"), store.processed
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    refuse = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.loads(before)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps(policy | {"Statement": [*policy["Statement"], refuse]})
    )
    yield lambda: s3.put_bucket_policy(Bucket=bucket, Policy=before)
    s3.put_bucket_policy(Bucket=bucket, Policy=before)


def attempts(client, outputs, key):
    """Return how many invocations have named a key in the log."""
    events = client("logs").filter_log_events(logGroupName=outputs["LogGroupName"])["events"]
    return len({event["logStreamName"] for event in events if key in event["message"]})


def test_an_event_that_fails_three_times_waits_in_the_queue_and_can_be_sent_again(
    client, outputs, store, failures, invoke, processed_is_read_only
):
    store.drop(KEY, reviews("Good soup"))
    failed = failures.take()
    assert failed["requestPayload"]["Records"][0]["s3"]["object"]["key"] == KEY
    assert attempts(client, outputs, KEY) == 3
    assert not store.versions("processed/failures/")

    processed_is_read_only()
    assert invoke(failed["requestPayload"])["files"][0]["action"] == "processed"
    assert store.keys_for(KEY).dataset in store.versions()
    assert failures.count() == 0


@pytest.mark.usefixtures("processed_is_read_only")
def test_the_demo_shows_why_a_file_does_not_come_through(emulator, outputs, store, failures):
    store.drop("failures/demo.csv", reviews("Good soup"))
    with pytest.raises(LocalError, match=r"(?s)1 of 1 files were not processed.*AccessDenied"):
        await_all(emulator, outputs, [store.keys_for("failures/demo.csv")], Console(quiet=True))
    failures.take()


@pytest.mark.parametrize(
    "event",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "any"},
        {"Records": []},
        {"Records": [{"s3": {"bucket": {"name": "somebody-elses"}, "object": {"key": "a.csv"}}}]},
        {"key": "failures/never-was.csv"},
        [],
    ],
    ids=["test event", "no records", "another bucket", "no such object", "a list"],
)
def test_an_event_that_asks_for_nothing_possible_is_not_tried_again(event, store, failures, invoke):
    before = store.versions()
    invoke(event)
    assert store.versions() == before
    assert failures.count() == 0

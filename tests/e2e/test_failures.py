"""A failed event is kept for redrive; an event that can never succeed is not retried."""

import json

import pytest
from rich.console import Console

from local.demo import await_all
from ops.errors import CommandError
from tests.e2e.conftest import reviews, wait_until

KEY = "failures/reviews.csv"


@pytest.fixture
def processed_is_read_only(client, store):
    """Deny all writes to the processed bucket; yield a function that permits them again."""
    s3, bucket = client("s3"), store.processed
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.loads(before)
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps(policy | {"Statement": [*policy["Statement"], deny]})
    )
    yield lambda: s3.put_bucket_policy(Bucket=bucket, Policy=before)
    s3.put_bucket_policy(Bucket=bucket, Policy=before)


def attempts(client, outputs, key):
    """Return the number of log streams that contain a key, one an invocation."""
    events = client("logs").filter_log_events(logGroupName=outputs["LogGroupName"])["events"]
    return len({event["logStreamName"] for event in events if key in event["message"]})


@pytest.fixture
def ops(ops):
    """Return a function that runs an operator command, which has to succeed, and returns its output."""

    def run(*arguments):
        ran = ops(*arguments)
        assert ran.status == 0, ran
        return ran.output

    return run


def test_an_event_that_fails_three_times_is_queued_and_can_be_redriven(
    client, outputs, store, failures, ops, processed_is_read_only
):
    store.upload(KEY, reviews("Good soup"))
    wait_until(failures.count)
    assert f"{KEY}: tried 3 times, " in ops("failures")
    assert attempts(client, outputs, KEY) == 3
    assert not store.versions("processed/failures/")

    processed_is_read_only()
    assert f"would send: {KEY}" in ops("redrive")
    assert failures.count() == 1
    assert f"{KEY}: processed, 1 of 1 rows written" in ops("redrive", "--yes")
    assert store.keys_for(KEY).dataset in store.versions()
    assert failures.count() == 0
    assert "failures/reviews.csv: processed, 1 of 1 rows written" in ops("replay", "failures/", "--yes")


@pytest.mark.usefixtures("processed_is_read_only")
def test_the_demo_reports_why_a_file_was_not_processed(emulator, outputs, store, failures):
    store.upload("failures/demo.csv", reviews("Good soup"))
    with pytest.raises(CommandError, match=r"(?s)1 of 1 files were not processed.*AccessDenied"):
        await_all(emulator, outputs, [{store.keys_for("failures/demo.csv").dataset}], Console(quiet=True))
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
def test_an_event_that_can_never_succeed_is_not_retried(event, store, failures, invoke):
    before = store.versions()
    invoke(event)
    assert store.versions() == before
    assert failures.count() == 0

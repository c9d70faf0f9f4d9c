"""A file too large for both functions is processed by the task; the functions' limits are lowered for it."""

import json
import os
import shutil
import subprocess
import sys

import boto3
import pytest

from local.deploy import bootstrap, deploy
from local.emulator import PROJECT, running
from tests.cli.commands import SCRIPT
from tests.e2e.conftest import FailureQueue, Store, reviews, wait_until

LIMITS = {"small": 2_000, "large": 20_000}
FITS_LARGE, TASK, FAILING = "folder/large.csv", "folder/a task's €.csv", "folder/failing.csv"
CALL_AS_LARGE = """
import api_handler, json, sys
class Context:
    function_name = invoked_function_arn = aws_request_id = "function"
    memory_limit_in_mb, function_version = 3_008, "1"
    get_remaining_time_in_millis = lambda self: 900_000
print(json.dumps(api_handler.lambda_handler({"key": sys.argv[1], "reprocess": True}, Context())))
"""


def reviews_of(size):
    """Return a file of at least so many bytes."""
    return reviews(*(f"Soup {number} was good" for number in range(size // 40)))


@pytest.fixture(scope="module")
def large_emulator():
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def stack(large_emulator, tmp_path_factory):
    """Deploy a checkout with lowered limits and a task; return the outputs of the stack."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("app.py", "cdk.json"):
        shutil.copy(PROJECT / name, folder)
    for name in ("lambda_src", "tastetrend_stack"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    with (folder / "lambda_src/tastetrend_etl/limits.py").open("a") as limits:
        for tier, size in LIMITS.items():
            limits.write(f"object.__setattr__(TIERS['{tier}'], 'max_bytes', {size})\n")
    bootstrap(large_emulator)
    return deploy(large_emulator, folder, "large_files=fargate")


@pytest.fixture(scope="module")
def connect(large_emulator):
    return lambda service: boto3.client(service, **large_emulator.connection)


@pytest.fixture(scope="module")
def task_failures(connect, stack):
    return FailureQueue(connect("sqs"), stack["FailureQueueUrl"])


@pytest.fixture(scope="module")
def bucket(connect, stack, task_failures):
    return Store(connect("s3"), stack["RawBucketName"], stack["ProcessedBucketName"], task_failures)


@pytest.fixture(scope="module")
def ops(large_emulator, stack):
    def run(*arguments):
        return subprocess.run(  # noqa: S603 # fixed program, no shell
            [SCRIPT, *arguments, "--env", "local"],
            cwd=PROJECT,
            env=os.environ | large_emulator.environment | {"COLUMNS": "250"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def log(connect):
    """Return a function that returns the messages on a raw key in a log group."""

    def messages(group, key):
        events = connect("logs").filter_log_events(logGroupName=group)["events"]
        lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
        return [line["message"] for line in lines if line.get("key") == key]

    return messages


@pytest.fixture(scope="module")
def uploaded(bucket):
    """Upload a file for the large function and one for the task, and wait for their datasets."""
    bucket.upload(FITS_LARGE, reviews_of(5_000))
    bucket.upload(TASK, reviews_of(50_000))
    bucket.await_outcome(FITS_LARGE, TASK)


def test_each_file_is_processed_by_the_smallest_tier_that_can(uploaded, log):
    functions, task = "/aws/lambda/tastetrend-local-etl", "/aws/ecs/tastetrend-local-etl-task"

    assert log(functions, TASK)[-1] == "handed_over"
    assert log(f"{functions}-large", TASK) == ["too_large_here"]
    wait_until(lambda: log(task, TASK))
    assert log(task, TASK) == ["processed"]
    assert log(f"{functions}-large", FITS_LARGE) == ["processed"]
    assert log(task, FITS_LARGE) == []


def test_the_task_writes_the_bytes_and_the_version_of_a_function(uploaded, bucket, large_emulator, stack):
    keys = bucket.keys_for(TASK)
    by_task = {key: (bucket.read(key), versions) for key, versions in bucket.versions().items()}
    settings = {
        "RAW_BUCKET": bucket.raw,
        "PROCESSED_BUCKET": bucket.processed,
        "ARTIFACTS_BUCKET": stack["ArtifactsBucketName"],
        "TIER": "large",
        "ETL_VERSION": "1",
        "PSEUDONYM_KEY": "tastetrend-local-pseudonym-key, which is public",
    }
    called = subprocess.run(  # noqa: S603 # fixed program, no shell
        [sys.executable, "-c", CALL_AS_LARGE, TASK],
        cwd=PROJECT / "lambda_src",
        env=os.environ | large_emulator.environment | settings,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(called.stdout.splitlines()[-1])["files"][0]["action"] == "processed"
    assert {keys.dataset, keys.curated, keys.validation, keys.bias} <= by_task.keys()
    for key in (keys.validation, keys.bias):
        assert bucket.versions()[key] == by_task[key][1]
    assert {key: bucket.read(key) for key in by_task} == {key: body for key, (body, _) in by_task.items()}
    head = bucket.s3.head_object(Bucket=bucket.processed, Key=keys.dataset)
    assert head["Metadata"]["function-version"] == "1"


@pytest.fixture(scope="module")
def failed(uploaded, bucket, task_failures):
    """Upload a file whose outputs the task may not write; return the bucket's policy before."""
    before = bucket.s3.get_bucket_policy(Bucket=bucket.processed)["Policy"]
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket.processed}/processed/folder/processed_failing.csv.parquet",
    }
    policy = json.loads(before)
    policy["Statement"].append(deny)
    bucket.s3.put_bucket_policy(Bucket=bucket.processed, Policy=json.dumps(policy))
    bucket.upload(FAILING, reviews_of(50_000))
    wait_until(task_failures.count)
    return before


def test_a_task_that_fails_is_in_the_failure_queue_with_its_exit_code(failed, ops, log):
    listed = ops("failures")

    assert f"{FAILING}: the task ended with exit code 1 (Essential container exited)" in listed.stdout
    attempts = log("/aws/ecs/tastetrend-local-etl-task", FAILING)
    assert attempts == ["failed"] * 3


def test_redrive_hands_the_file_over_to_the_task_again(failed, bucket, ops, task_failures):
    bucket.s3.put_bucket_policy(Bucket=bucket.processed, Policy=failed)

    ran = ops("redrive", "--yes")

    assert (ran.returncode, ran.stdout.count(f"{FAILING}: handed_over")) == (0, 1), ran
    bucket.await_outcome(FAILING)
    assert task_failures.count() == 0


def test_a_batch_sends_the_file_on_to_the_task(failed, bucket, ops, log):
    ran = ops("batch", "folder/", "--reprocess", "--yes", "--wait")

    assert ran.returncode == 0, ran
    assert "3 files: 3 processed." in ran.stdout
    assert log("/aws/ecs/tastetrend-local-etl-task", TASK) == ["processed"] * 2

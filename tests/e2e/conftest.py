"""Fixtures: the stack, deployed once with the CDK command line on an emulator that enforces permissions."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote_plus

import boto3
import pytest

from local.deploy import bootstrap, deploy
from local.emulator import PROJECT, running
from tastetrend_etl.output_keys import dataset_keys, output_keys
from tastetrend_etl.s3_download import find_current_version
from tests.cli.commands import SCRIPT
from tests.json_output import check_output

TIMEOUT_SECONDS = 600  # high, because a loaded machine is slow; a defect fails an assertion earlier


@pytest.fixture(scope="session")
def emulator():
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def outputs(emulator):
    """Return the outputs of the stack."""
    bootstrap(emulator)
    return deploy(emulator)


@pytest.fixture(scope="session")
def client(emulator):
    """Return a function that creates a client with root credentials."""
    return cache(lambda service: boto3.client(service, **emulator.connection))


@pytest.fixture(scope="session")
def store(client, outputs, failures):
    return Store(client("s3"), outputs["RawBucketName"], outputs["ProcessedBucketName"], failures)


@pytest.fixture(scope="session")
def failures(client, outputs):
    return FailureQueue(client("sqs"), outputs["FailureQueueUrl"])


@pytest.fixture(scope="session")
def invoke(client, outputs):
    """Return a function that invokes the target of the bucket notification and returns the response."""
    notification = client("s3").get_bucket_notification_configuration(Bucket=outputs["RawBucketName"])
    (target,) = notification["LambdaFunctionConfigurations"]

    def invoke_target(event):
        response = client("lambda").invoke(
            FunctionName=target["LambdaFunctionArn"], Payload=json.dumps(event)
        )
        assert "FunctionError" not in response, response["Payload"].read()
        return json.load(response["Payload"])

    return invoke_target


@dataclass(frozen=True)
class Ran:
    """A finished `tastetrend` command."""

    status: int
    output: str
    errors: str


@pytest.fixture(scope="session")
def ops(emulator, outputs):
    """Return a function that runs an operator command."""

    def run(*arguments):
        result = subprocess.run(  # noqa: S603 # fixed program, no shell
            [SCRIPT, *arguments, "--env", "local"],
            cwd=PROJECT,
            env=os.environ | emulator.environment | {"COLUMNS": "250"},
            capture_output=True,
            text=True,
            check=False,
        )
        check_output(arguments, result.stdout)
        return Ran(result.returncode, result.stdout, result.stderr)

    return run


class Store:
    """Access to the raw and the processed bucket."""

    def __init__(self, s3, raw, processed, failures):
        self.s3, self.raw, self.processed, self._failures = s3, raw, processed, failures

    def upload(self, key, body):
        """Upload a raw file; S3 sends its event to the function."""
        self.s3.put_object(Bucket=self.raw, Key=key, Body=body)

    def event(self, key):
        """Return an S3 event of the newest version of a raw object."""
        head = self.s3.head_object(Bucket=self.raw, Key=key)
        entry = {"key": quote_plus(key), "versionId": head["VersionId"], "sequencer": "0A"}
        record = {"eventVersion": "2.6", "eventName": "ObjectCreated:Put"}
        return {"Records": [record | {"s3": {"bucket": {"name": self.raw}, "object": entry}}]}

    def keys_for(self, key, kind="reviews"):
        """Return the output keys of a raw object."""
        return output_keys(find_current_version(self.s3, self.raw, key), kind)

    def await_outcome(self, *raw_keys):
        """Wait until the newest version of each raw object has its dataset or its error report."""
        awaited = {key: self.keys_for(key) for key in raw_keys}

        def are_there():
            existing = self._list()
            for key in [key for key, keys in awaited.items() if self._is_outcome(key, keys, existing)]:
                del awaited[key]
            return not awaited

        wait_until(lambda: self._failures.count() or are_there())
        assert not self._failures.count(), self._failures.take()

    def _is_outcome(self, raw_key, keys, existing):
        """Return whether one is of this version: that of an older one may have been there before."""
        if keys.error in existing:
            return True
        return keys.validation in existing and any(
            self._source_version(key) == self._source_version(keys.validation)
            for key in dataset_keys(raw_key).values()
            if key in existing
        )

    def _source_version(self, key):
        return self.s3.head_object(Bucket=self.processed, Key=key)["Metadata"]["source-version-id"]

    def _list(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.processed)
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}

    def versions(self, prefix=""):
        """Return key → number of versions, for the processed objects."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.processed, Prefix=prefix)
        counts = {}
        for entry in (entry for page in pages for entry in page.get("Versions", [])):
            counts[entry["Key"]] = counts.get(entry["Key"], 0) + 1
        return counts

    def snapshot(self):
        """Return key → content of every processed object."""
        return {key: self.read(key) for key in self._list()}

    def read(self, key):
        return self.s3.get_object(Bucket=self.processed, Key=key)["Body"].read()

    def report(self, raw_key):
        return json.loads(self.read(self.keys_for(raw_key).validation))


class FailureQueue:
    """Access to the queue of events that failed permanently."""

    def __init__(self, sqs, url):
        self.sqs, self.url = sqs, url

    def count(self):
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def take(self):
        """Remove one message and return its parsed body."""
        wait_until(self.count)
        (message,) = self.sqs.receive_message(QueueUrl=self.url)["Messages"]
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])


def wait_until(condition):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {TIMEOUT_SECONDS} s"
        time.sleep(0.1)


def reviews(*texts):
    """Return a small review file."""
    rows = "".join(f"{number},2024-05-0{number % 9 + 1},4,{text}\n" for number, text in enumerate(texts))
    return f"review_id,date,rating,review_text\n{rows}".encode()

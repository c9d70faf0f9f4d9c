"""The stack, deployed once with the real CDK command line on an emulator that enforces permissions."""

import json
import time
from functools import cache
from urllib.parse import quote_plus

import boto3
import pytest

from local.deploy import bootstrap, deploy
from local.emulator import running
from tastetrend_etl.extract import find_current_version
from tastetrend_etl.output_keys import output_keys

PATIENCE_SECONDS = 600  # a busy machine takes its time; what is broken fails for another reason first


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
    """Return a function that connects to a service as the account's root."""
    return cache(lambda service: boto3.client(service, **emulator.connection))


@pytest.fixture(scope="session")
def store(client, outputs, failures):
    return Store(client("s3"), outputs["RawBucketName"], outputs["ProcessedBucketName"], failures)


@pytest.fixture(scope="session")
def failures(client, outputs):
    return FailureQueue(client("sqs"), outputs["FailureQueueUrl"])


@pytest.fixture(scope="session")
def invoke(client, outputs):
    """Return a function that hands an event to what S3 hands its events to, and gives back the answer."""
    told = client("s3").get_bucket_notification_configuration(Bucket=outputs["RawBucketName"])
    (target,) = told["LambdaFunctionConfigurations"]

    def hand_over(event):
        answer = client("lambda").invoke(FunctionName=target["LambdaFunctionArn"], Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.load(answer["Payload"])

    return hand_over


class Store:
    """The raw and the processed bucket."""

    def __init__(self, s3, raw, processed, failures):
        self.s3, self.raw, self.processed, self._failures = s3, raw, processed, failures

    def drop(self, key, body):
        """Upload a raw file, which S3 tells the function."""
        self.s3.put_object(Bucket=self.raw, Key=key, Body=body)

    def event(self, key):
        """Return the event that S3 sent for the newest version of a raw object."""
        head = self.s3.head_object(Bucket=self.raw, Key=key)
        entry = {"key": quote_plus(key), "versionId": head["VersionId"], "sequencer": "0A"}
        record = {"eventVersion": "2.6", "eventName": "ObjectCreated:Put"}
        return {"Records": [record | {"s3": {"bucket": {"name": self.raw}, "object": entry}}]}

    def keys_for(self, key):
        """Return the keys of what a raw object becomes."""
        return output_keys(find_current_version(self.s3, self.raw, key))

    def await_outcome(self, *raw_keys):
        """Wait until each raw object, uploaded once, has its dataset or its error report."""
        awaited = [{keys.dataset, keys.error} for keys in map(self.keys_for, raw_keys)]
        wait_until(lambda: self._failures.count() or self._is_there(awaited))
        assert not self._failures.count(), self._failures.take()

    def _is_there(self, awaited):
        there = self.versions()
        return all(not one.isdisjoint(there) for one in awaited)

    def versions(self, prefix=""):
        """Return how many versions there are of each processed object."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.processed, Prefix=prefix)
        found = {}
        for entry in (entry for page in pages for entry in page.get("Versions", [])):
            found[entry["Key"]] = found.get(entry["Key"], 0) + 1
        return found

    def read(self, key):
        return self.s3.get_object(Bucket=self.processed, Key=key)["Body"].read()

    def report(self, raw_key):
        return json.loads(self.read(self.keys_for(raw_key).validation))


class FailureQueue:
    """Where events go that failed for good."""

    def __init__(self, sqs, url):
        self.sqs, self.url = sqs, url

    def count(self):
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def take(self):
        """Take one message out, and return what it says."""
        wait_until(self.count)
        (message,) = self.sqs.receive_message(QueueUrl=self.url)["Messages"]
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s"
        time.sleep(0.1)


def reviews(*texts):
    """Return a small review file."""
    rows = "".join(f"{number},2024-05-0{number % 9 + 1},4,{text}\n" for number, text in enumerate(texts))
    return f"review_id,date,rating,review_text\n{rows}".encode()

"""Fixtures: an in-memory S3, the handler as loaded at a cold start, and no network access."""

import importlib
import json
from dataclasses import dataclass
from urllib.parse import quote_plus

import aws_xray_sdk.core  # noqa: F401 # opens a socket when it is imported, which a test may not
import boto3
import pytest
from moto import mock_aws
from pytest_socket import disable_socket

RAW, PROCESSED = "tastetrend-local-raw-1", "tastetrend-local-processed-1"
ARTIFACTS = "tastetrend-local-artifacts-1"
OUTPUTS = {  # of any stack
    "RawBucketName": RAW,
    "ProcessedBucketName": PROCESSED,
    "ArtifactsBucketName": ARTIFACTS,
    "FunctionName": "tastetrend-local-etl",
    "LiveAliasName": "dev",
    "FailureQueueUrl": "https://queue",
}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_LAMBDA_FUNCTION_NAME": "tastetrend-local-etl",
    "RAW_BUCKET": RAW,
    "PROCESSED_BUCKET": PROCESSED,
    "ARTIFACTS_BUCKET": ARTIFACTS,
    "PSEUDONYM_KEY": "a key for tests",
    "TIER": "small",
    "BATCH_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:tastetrend-local-batch",
}


@pytest.fixture(autouse=True)
def _no_network():
    disable_socket(allow_unix_socket=True)


@dataclass
class LambdaContext:
    """The context object of an invocation."""

    function_name: str = "tastetrend-local-etl"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:1:function:tastetrend-local-etl"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    function_version: str = "7"
    remaining_ms: int = 30_000

    def get_remaining_time_in_millis(self):
        return self.remaining_ms


class Store:
    """Access to the buckets, which are versioned like the stack's."""

    def __init__(self, client):
        self.client = client

    def upload(self, key, body):
        return self.client.put_object(Bucket=RAW, Key=key, Body=body)["VersionId"]

    def keys(self):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=PROCESSED)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def versions(self, bucket=PROCESSED):
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=bucket)
        return [entry["Key"] for page in pages for entry in page.get("Versions", [])]

    def read(self, key):
        return self.client.get_object(Bucket=PROCESSED, Key=key)["Body"].read()

    def metadata(self, key):
        return self.client.head_object(Bucket=PROCESSED, Key=key)["Metadata"]

    def everything(self):
        return {key: self.read(key) for key in self.keys()}

    def reports(self, kind):
        return [json.loads(self.read(key)) for key in self.keys() if f"/{kind}_" in key]

    def report(self, kind="validation"):
        (only,) = self.reports(kind)
        return only

    def error(self):
        (key,) = [key for key in self.keys() if key.endswith(".error.json")]
        return json.loads(self.read(key))


@pytest.fixture(scope="session")
def session():
    """Return one session for all tests, because loading S3's model is slow."""
    return boto3.Session()


@pytest.fixture
def store(session, monkeypatch):
    """Yield access to empty versioned buckets."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        client = boto3.client("s3")
        for bucket in (RAW, PROCESSED, ARTIFACTS):
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        yield Store(client)


@pytest.fixture
def handler(store):
    """Return the reloaded handler module, as after a cold start."""
    return importlib.reload(importlib.import_module("api_handler"))


@pytest.fixture
def context():
    return LambdaContext()


def s3_record(key, *, bucket=RAW, name="ObjectCreated:Put", sequencer="0A"):
    entry = {"key": quote_plus(key), "sequencer": sequencer}
    return {"eventVersion": "2.1", "eventName": name, "s3": {"bucket": {"name": bucket}, "object": entry}}


@pytest.fixture
def deliver(store, handler, context):
    """Return a function that uploads a file and sends its event."""

    def upload_and_send(body, key="reviews.csv"):
        store.upload(key, body)
        return handler.lambda_handler({"Records": [s3_record(key)]}, context)["files"][0]

    return upload_and_send

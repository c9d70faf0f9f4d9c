"""Traces have the calls of an invocation, and no key, parameter or message."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.conftest import ENVIRONMENT

PROJECT = Path(__file__).parents[2]
KEY = "ada-lovelace/reviews.csv"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
# The tracer keeps its state in the process, so a process of its own traces as on Lambda.
PROGRAM = """
import importlib, json, sys
import boto3
from moto import mock_aws
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW, LambdaContext

sent = []
with mock_aws():
    s3 = boto3.client("s3")
    for bucket in (RAW, PROCESSED, ARTIFACTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=RAW, Key=sys.argv[1], Body=b"rating,review_text\\n5,Good soup\\n")
    handler = importlib.import_module("api_handler")
    handler.TRACER.provider.emitter.send_entity = lambda entity: sent.append(json.loads(entity.serialize()))
    handler.lambda_handler({"key": sys.argv[1]}, LambdaContext())
print("\\n" + json.dumps(sent))
"""


def traces():
    """Process a file as a Lambda function that is traced; return what is sent to X-Ray."""
    path = os.pathsep.join([str(PROJECT), str(PROJECT / "lambda_src")])
    lambda_ = {"LAMBDA_TASK_ROOT": "/var/task", "_X_AMZN_TRACE_ID": TRACE, "PYTHONPATH": path}
    ended = subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-c", PROGRAM, KEY],
        env={"PATH": os.environ["PATH"], **ENVIRONMENT, **lambda_},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ended.stdout.splitlines()[-1])


def flatten(entities):
    for entity in entities:
        yield entity
        yield from flatten(entity.get("subsegments", []))


@pytest.fixture(scope="module")
def sent():
    return list(flatten(traces()))


def test_an_invocation_has_its_calls_to_s3_with_their_status(sent):
    calls = {
        (entity["name"], entity["aws"]["operation"], entity["http"]["response"]["status"])
        for entity in sent
        if entity.get("namespace") == "aws"
    }

    assert ("s3", "GetObject", 200) in calls
    assert ("s3", "PutObject", 200) in calls
    assert ("s3", "HeadObject", 404) in calls  # in another thread: there is no dataset yet
    assert "## lambda_handler" in {entity["name"] for entity in sent}


def test_no_trace_has_a_key_or_a_bucket(sent):
    assert not [
        word for word in ("lovelace", "reviews.csv", "Good soup", "-raw-") if word in json.dumps(sent)
    ]

"""An erasure that is killed at any write, and run again, ends as one that was not."""

import io
from itertools import count

import boto3
import pyarrow.parquet as pq
import pytest
from moto.core.models import botocore_stubber

from tastetrend_etl.output_keys import dataset_keys
from tests.unit.conftest import RAW, s3_record
from tests.unit.erase.search import versions_with

NAME = "Ann Lee"
OLD = f"review_id,customer_name,rating,review_text\n1,{NAME},5,old\n2,Bo,4,by {NAME}\n".encode()
HEADER = "review_id,customer_name,rating,review_text"
NEW = f"{HEADER}\n1,{NAME},5,new\n2,Bo,4,by {NAME}\n3,Bo,,\n4,{NAME},,\n".encode()
WRITES = 19  # of the command and both functions, in this order of events


class Killed(BaseException):
    """The process ends."""


class KillableS3:
    """Receives the requests of every S3 client of a session, and ends the process at one of the writes."""

    def __init__(self, session):
        self.kill(None)
        session.events.unregister("before-send", botocore_stubber)
        session.events.register("before-send", self)

    def kill(self, at, *, after=False):
        self.writes, self._numbers, self._at, self._after = 0, count(), at, after

    def __call__(self, request, **_):
        if ".s3." not in request.url or request.method in {"GET", "HEAD"}:
            return botocore_stubber("before-send", request)
        self.writes += 1
        is_last = next(self._numbers) == self._at
        if is_last and not self._after:
            raise Killed
        response = botocore_stubber("before-send", request)
        if is_last:
            raise Killed
        return response


@pytest.fixture(scope="session")
def killable_session():
    session = boto3.Session()
    return session, KillableS3(session)


@pytest.fixture
def s3(store, killable_session, monkeypatch):
    session, s3 = killable_session
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    s3.kill(None)
    return s3


@pytest.fixture
def uploaded(s3, store, handler, context):
    for body in (OLD, NEW):
        store.upload("reviews.csv", body)
        handler.lambda_handler({"Records": [s3_record("reviews.csv")]}, context)
    s3.kill(None)


def contents(store):
    body = store.client.get_object(Bucket=RAW, Key="reviews.csv")["Body"].read()
    return body, len(store.keys())


def test_these_are_all_writes(s3, uploaded, store, erase):
    assert erase(NAME, "--yes")[0] == 0
    assert s3.writes == WRITES
    assert contents(store)[0].decode().splitlines()[1:] == ["2,Bo,4,by [erased]", "3,Bo,,"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(WRITES))
def test_a_killed_erasure_can_be_run_again(at, after, s3, uploaded, store, erase):
    s3.kill(at, after=after)
    with pytest.raises(Killed):
        erase(NAME, "--yes")
    s3.kill(None)

    status, data, messages = erase(NAME, "--yes")

    assert (status, data["left"]) == (0, []), messages
    assert versions_with(store.client, NAME) == []
    assert contents(store)[0].decode().splitlines()[1:] == ["2,Bo,4,by [erased]", "3,Bo,,"]
    table = pq.read_table(io.BytesIO(store.read(dataset_keys("reviews.csv")["reviews"])))
    assert table["customer_name"].to_pylist() == ["Bo"]
    assert {"read": 2, "written": 1, "rejected": 1, "duplicate": 0} in [
        report["rows"] for report in store.reports("validation")
    ]

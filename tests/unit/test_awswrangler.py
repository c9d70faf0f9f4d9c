"""Behaviour of awswrangler 3.17.0 that this project relies on or works around; see decision 0007."""

import gc
import io
import logging
import sys
import time

import awswrangler as wr
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

PATH = "s3://bucket/key.parquet"
CONDITIONS = {"IfMatch": "etag", "IfNoneMatch": "*"}
DESCRIPTION = {"Metadata": {"name": "value"}, "ContentType": "text/plain"}
PARTS = 3 * (5 << 20) + 1


class RecordingClient:
    """A session and client that records every request and raises for the given operations."""

    def __init__(self, **failures):
        self.requests, self.clients = [], 0
        self._failures = failures

    def client(self, **_):
        self.clients += 1
        return self

    def __getattr__(self, operation):
        def answer(**request):
            self.requests.append((operation, request))
            failure = self._failures.get(operation)
            if failure and request.get("PartNumber") in (None, 3):
                raise failure()  # a new instance each time: an exception keeps a reference to the file object
            return {"UploadId": "1", "ETag": "part"}

        return answer

    @property
    def operations(self):
        return [operation for operation, _ in self.requests]

    def conditions(self, operation):
        (sent,) = [request for name, request in self.requests if name == operation]
        return {name: sent[name] for name in CONDITIONS | DESCRIPTION if name in sent}


def upload(client, size, *, use_threads=2):
    wr.s3.upload(
        io.BytesIO(bytes(size)),
        PATH,
        use_threads=use_threads,
        boto3_session=client,
        s3_additional_kwargs=CONDITIONS | DESCRIPTION,
    )


def slow_down():
    return ClientError({"Error": {"Code": "SlowDown"}}, "Write")


@pytest.fixture
def ignored(monkeypatch):
    """Return the messages of the exceptions that Python reports as unraisable."""
    caught = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: caught.append(str(unraisable.exc_value)))
    return caught


def test_an_object_below_5_mb_is_put_with_conditions_metadata_and_type():
    client = RecordingClient()

    upload(client, 100)

    assert client.operations == ["put_object"]
    assert client.conditions("put_object") == CONDITIONS | DESCRIPTION


def test_a_multipart_upload_starts_with_metadata_and_completes_with_conditions():
    client = RecordingClient()

    upload(client, PARTS)

    assert client.operations.count("upload_part") == 3
    assert client.conditions("create_multipart_upload") == DESCRIPTION
    assert client.conditions("complete_multipart_upload") == CONDITIONS


def test_with_one_thread_it_completes_an_upload_without_a_failed_part():
    client = RecordingClient(upload_part=slow_down)

    with pytest.raises(ClientError):
        upload(client, PARTS, use_threads=False)

    operation, request = client.requests[-1]
    assert operation == "complete_multipart_upload"
    assert len(request["MultipartUpload"]["Parts"]) == 2


def test_with_two_threads_it_leaves_an_upload_with_a_failed_part_open(ignored):
    client = RecordingClient(upload_part=slow_down)

    with pytest.raises(ClientError):
        upload(client, PARTS)
    gc.collect()

    assert set(client.operations) == {"create_multipart_upload", "upload_part"}
    assert ignored == ["An error occurred (SlowDown) when calling the Write operation: Unknown"]


def test_it_retries_a_failed_write_when_its_file_object_is_collected(ignored):
    client = RecordingClient(put_object=slow_down)

    with pytest.raises(ClientError):
        upload(client, 100)
    gc.collect()

    assert client.operations == ["put_object", "put_object"]
    assert ignored == ["An error occurred (SlowDown) when calling the Write operation: Unknown"]


@pytest.mark.usefixtures("ignored")
def test_it_calls_a_stalled_operation_six_times(monkeypatch, caplog):
    client = RecordingClient(put_object=lambda: ReadTimeoutError(endpoint_url="here"))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    caplog.set_level(logging.CRITICAL)  # a log record would keep a reference to the file object

    with pytest.raises(ReadTimeoutError):
        upload(client, 100)

    assert client.operations[:6] == ["put_object"] * 6
    gc.collect()


def test_it_writes_an_incomplete_file_when_its_parquet_writer_fails(monkeypatch):
    client = RecordingClient()

    def write_part_and_fail(self, table, **_):
        original(self, table.slice(0, 1))
        raise MemoryError

    original = pq.ParquetWriter.write_table
    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_part_and_fail)
    with pytest.raises(MemoryError):
        wr.s3.to_parquet(pd.DataFrame({"a": [1, 2]}), PATH, boto3_session=client)

    (operation, request) = client.requests[-1]
    assert operation == "put_object"
    assert pq.read_table(io.BytesIO(request["Body"])).num_rows == 1


def test_by_default_it_converts_microseconds_to_nanoseconds():
    client = RecordingClient()
    table = pa.table({"at": pa.array([1], pa.timestamp("us"))})

    wr.s3.to_parquet(table.to_pandas(), PATH, boto3_session=client)

    ((_, request),) = client.requests
    assert pq.read_table(io.BytesIO(request["Body"])).schema.field("at").type == pa.timestamp("ns")


def test_it_creates_a_client_at_every_call():
    client = RecordingClient()

    upload(client, 100)
    upload(client, 100)

    assert client.clients == 2


@pytest.mark.parametrize("key", ["a/s3://b", "arn:aws:s3:eu-west-1:1:accesspoint/b"])
def test_it_misparses_keys_that_contain_path_prefixes(key):
    client = RecordingClient()

    wr.s3.upload(io.BytesIO(b"content"), f"s3://bucket/{key}", boto3_session=client)

    ((_, request),) = client.requests
    assert (request["Bucket"], request["Key"]) != ("bucket", key)

"""A large parquet file is sent in parts straight from the disk, in at most 10,000 of them."""

import os
import threading
import tracemalloc

import pytest

from tastetrend_etl import s3_parquet

ARGUMENTS = {"IfMatch": "e", "ContentType": "text/plain"}
MIB, GIB = 1 << 20, 1 << 30


class PartCounter:
    """S3 client that records the size of each part; it reads a part only if asked to."""

    def __init__(self, meta, *, reads):
        self.meta = meta
        self.completed = None
        self.sizes = {}
        self._reads, self._turn = reads, threading.Lock()

    def create_multipart_upload(self, **_):
        return {"UploadId": "1"}

    def upload_part(self, Body, PartNumber, **_):  # noqa: N803 # the SDK's
        with self._turn:
            self.sizes[PartNumber] = len(Body)
            while self._reads and Body.read(MIB):
                pass
        return {"ETag": f"part {PartNumber}"}

    def complete_multipart_upload(self, **request):
        self.completed = request


@pytest.fixture
def send(tmp_path, store):
    """Return a function that uploads an empty file of a size, which takes no disk."""

    def upload(size, *, reads=False):
        client, file = PartCounter(store.client.meta, reads=reads), tmp_path / "dataset.parquet"
        file.touch()
        os.truncate(file, size)
        s3_parquet.upload_parquet(client, "bucket", "key", file, ARGUMENTS)
        return client

    return upload


@pytest.mark.parametrize("size", [17 * MIB, 6 * GIB, 200 * GIB], ids=lambda size: f"{size // MIB} MiB")
def test_a_file_of_any_size_has_at_most_10_000_parts_which_s3_accepts(size, send):
    client = send(size)

    *parts, last = [client.sizes[number] for number in sorted(client.sizes)]
    assert sum(parts) + last == size
    assert len(parts) < 10_000
    assert min(parts) >= 5 * MIB
    assert max(parts) <= 5 * GIB


def test_the_condition_is_in_the_request_that_names_the_parts_in_their_order(send):
    completed = send(40 * MIB).completed

    assert completed["IfMatch"] == "e"
    assert [part["ETag"] for part in completed["MultipartUpload"]["Parts"]] == ["part 1", "part 2", "part 3"]


def test_the_file_is_not_read_into_memory(send):
    tracemalloc.start()
    try:
        send(256 * MIB, reads=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8 * MIB

"""Parquet files written by awswrangler are complete or absent, keep their types and use one client."""

import gc
import io
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import awswrangler as wr
import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tastetrend_etl import s3_parquet
from tastetrend_etl.output_keys import curated_keys
from tastetrend_etl.s3_download import connect
from tests.unit.conftest import PROCESSED
from tests.unit.fault_injection import faulty_s3 as faults
from tests.unit.fault_injection.conftest import EVENT, MESSY_NEW

KEY = "rejected/rejected_a.parquet"
ONLY_NEW = {"IfNoneMatch": "*"}
SMALL = pa.table(
    {
        "number": pa.array([1, None], pa.int64()),
        "text": pa.array(["a", None], pa.string()),
        "at": pa.array(["2024-01-02T03:04:05.678901", None]).cast(pa.timestamp("us")),
        "share": pa.array([0.5, None], pa.float32()),
        "codes": pa.array([["a"], []], pa.list_(pa.string())),
    }
)


@pytest.fixture
def s3(faulty_s3):
    return connect()


@pytest.fixture(scope="module")
def large():
    """Return a table whose parquet file has 16 MB."""
    letters = random.Random(5)  # noqa: S311 # incompressible text
    return pa.table({"text": [letters.randbytes(256).hex() for _ in range(32_000)]})


@pytest.fixture
def ignored(monkeypatch):
    """Return the exceptions that Python reports as unraisable."""
    caught = []
    monkeypatch.setattr(sys, "unraisablehook", caught.append)
    return caught


def write(s3, table, _):
    s3_parquet.write_parquet(s3, PROCESSED, KEY, table, ONLY_NEW)


def upload(s3, table, folder):
    file = folder / "file.parquet"
    pq.write_table(table, file)
    s3_parquet.upload_parquet(s3, PROCESSED, KEY, file, ONLY_NEW)


def stream(s3, table, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_parquet, "_PART_BYTES", 6 << 20)
        upload(s3, table, folder)


EACH_WAY = pytest.mark.parametrize("put", [write, upload, stream])


@pytest.fixture
def assert_nothing_was_written(store, ignored):
    """Return a check that there are no objects, no parts and no unraisable exceptions."""

    def check():
        gc.collect()
        assert store.keys() == []
        assert store.client.list_multipart_uploads(Bucket=PROCESSED).get("Uploads", []) == []
        assert ignored == []

    return check


@EACH_WAY
def test_a_table_keeps_its_types_and_rows(put, s3, store, tmp_path):
    put(s3, SMALL, tmp_path)

    assert pq.read_table(io.BytesIO(store.read(KEY))).equals(SMALL)
    assert s3_parquet.read_parquet(s3, PROCESSED, KEY)["at"].dtype.pyarrow_dtype == pa.timestamp("us")


@EACH_WAY
def test_a_large_file_is_a_multipart_upload(put, s3, faulty_s3, large, store, tmp_path):
    put(s3, large, tmp_path)

    assert faulty_s3.call_sites.count("part of the rejected rows") >= 2
    assert pq.read_table(io.BytesIO(store.read(KEY))).equals(large)


@EACH_WAY
@pytest.mark.parametrize("request_number", range(5))
def test_a_failed_request_leaves_no_object(
    request_number, put, s3, faulty_s3, large, tmp_path, assert_nothing_was_written
):
    faulty_s3.inject(request_number, faults.error_response(403, "AccessDenied"))

    with pytest.raises(ClientError, match="AccessDenied"):
        put(s3, large, tmp_path)

    assert_nothing_was_written()


@pytest.mark.parametrize("size", ["small", "large"])
def test_a_failed_parquet_writer_leaves_no_object(
    size, s3, large, tmp_path, monkeypatch, assert_nothing_was_written
):
    def write_half_and_fail(self, table, **_):
        original(self, table.slice(0, table.num_rows // 2))
        raise MemoryError

    original = pq.ParquetWriter.write_table
    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_table", write_half_and_fail)
        with pytest.raises(MemoryError):
            write(s3, large if size == "large" else SMALL, tmp_path)

    assert_nothing_was_written()


@EACH_WAY
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_failed_condition_is_not_retried_when_the_other_object_is_gone(
    put, size, s3, store, large, tmp_path, assert_nothing_was_written
):
    store.client.put_object(Bucket=PROCESSED, Key=KEY, Body=b"another writer's")

    with pytest.raises(ClientError, match="PreconditionFailed"):
        put(s3, large if size == "large" else SMALL, tmp_path)

    store.client.delete_object(Bucket=PROCESSED, Key=KEY)
    assert_nothing_was_written()


@EACH_WAY
@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("position", ["first", "last"])
def test_a_stalled_call_is_raised_after_the_four_attempts_of_the_sdk(
    position, put, size, s3, faulty_s3, store, large, tmp_path
):
    table = large if size == "large" else SMALL
    put(s3, table, tmp_path)
    at = 0 if position == "first" else len(faulty_s3.call_sites) - 1
    store.client.delete_object(Bucket=PROCESSED, Key=KEY)
    faulty_s3.inject(at, faults.stall, forever=True)

    with pytest.raises(ReadTimeoutError):
        put(s3, table, tmp_path)

    assert len(faulty_s3.call_sites) == at + 4


@EACH_WAY
def test_no_call_creates_another_client(put, s3, monkeypatch, tmp_path):
    monkeypatch.setattr(boto3.Session, "client", None)

    put(s3, SMALL, tmp_path)

    assert len(s3_parquet.read_parquet(s3, PROCESSED, KEY)) == SMALL.num_rows


def test_the_handler_writes_every_parquet_file_with_awswrangler(store, handler, context, monkeypatch):
    written = []
    for name in ("upload", "to_parquet"):
        original = getattr(wr.s3, name)

        def spy(content, path, original=original, **named):
            written.append((original.__name__, path.split("/", 3)[3].split("_")[0].split("=")[0]))
            return original(content, path, **named)

        monkeypatch.setattr(wr.s3, name, spy)
    store.upload("reviews.csv", MESSY_NEW)

    handler.lambda_handler(EVENT, context)

    part = curated_keys("reviews.csv")["reviews"]
    assert written == [
        ("upload", "rejected/rejected"),
        ("upload", "history/month"),
        ("upload", part.split("_")[0]),
        ("upload", "processed/processed"),
    ]
    assert sum(key.endswith(".parquet") for key in store.everything()) == len(written)


def test_side_objects_are_written_concurrently(store, faulty_s3, handler, context):
    """Each of the five requests waits for the other four; the dataset is written after all of them."""
    handler.EXECUTOR, together = ThreadPoolExecutor(5), Barrier(5, timeout=60)
    answer = faulty_s3.answer

    def wait_for_the_others(request):
        if any(part in request.url for part in ("/logs/", "/rejected/", "/history/")):
            together.wait()
        return answer(request)

    store.upload("reviews.csv", MESSY_NEW)
    faulty_s3.answer = wait_for_the_others
    try:
        handler.lambda_handler(EVENT, context)
    finally:
        faulty_s3.answer = answer

    others = {"HEAD of the restaurant facts", "HEAD of the curated part"}
    assert set(faulty_s3.call_sites[:4]) == others | {"HEAD of the dataset"}
    assert faulty_s3.call_sites[4] == "download of the raw object"
    assert faulty_s3.call_sites[10:12] == ["write of the curated part", "write of the dataset"]
    assert set(faulty_s3.call_sites[12:]) == others
    assert len(faulty_s3.call_sites) == 4 + 1 + 5 + 2 + 2


def test_an_output_with_other_content_is_replaced_and_an_equal_one_is_not(scenario, store):
    (report,) = [key for key in scenario.after if "/validation_" in key and key not in scenario.before]
    scenario.reset()
    store.client.put_object(Bucket=PROCESSED, Key=report, Body=b"of a version without digest metadata")
    rejected = next(key for key in scenario.after if "rejected_" in key and key not in scenario.before)
    body, metadata = scenario.after[rejected]
    store.client.put_object(Bucket=PROCESSED, Key=rejected, Body=body, Metadata=metadata)
    before = store.versions().count(rejected)

    scenario.send()

    assert scenario.stored()[report] == scenario.after[report]
    assert store.versions().count(rejected) == before

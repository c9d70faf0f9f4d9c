"""Concurrent uploads of valid and invalid files are each processed once."""

import io
import random
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq

from tests.e2e.conftest import reviews

GOOD = [f"load/reviews_{number:03}.csv" for number in range(180)]
BAD = {
    f"load/{kind}_{number}.csv": body
    for kind, body in {
        "empty": b"",
        "binary": b"\x89PNG\r\n\x1a\n",
        "other": b"a,b\n1,2\n",
        "blank": b"\n\n",
    }.items()
    for number in range(5)
}
ROWS = 10


def marks(key):
    """Return the texts of a file, unique among all files."""
    return [f"{key} row {row}" for row in range(ROWS)]


def test_two_hundred_concurrent_files_are_each_processed_once(store, failures):
    files = {key: reviews(*marks(key)) for key in GOOD} | BAD
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(store.upload, files, files.values()))
    store.await_outcome(*files)

    versions = store.versions()
    assert [versions.get(store.keys_for(key).dataset) for key in GOOD] == [1] * len(GOOD)
    assert [versions.get(store.keys_for(key).error) for key in BAD] == [1] * len(BAD)
    assert not versions.keys() & {store.keys_for(key).dataset for key in BAD}
    written = [text for key in GOOD for text in texts(store, key)]
    assert sorted(written) == sorted(mark for key in GOOD for mark in marks(key))
    assert failures.count() == 0


def test_a_dataset_written_as_a_multipart_upload_is_complete(store):
    key, letters = "load/large.csv", random.Random(5)  # noqa: S311 # incompressible text
    rows = [letters.randbytes(225).hex() for _ in range(12_000)]
    store.upload(key, reviews(*rows))
    store.await_outcome(key)

    dataset = store.s3.head_object(Bucket=store.processed, Key=store.keys_for(key).dataset)
    assert dataset["ContentLength"] > 10 << 20
    assert dataset["ETag"].endswith('-2"')
    assert dataset["Metadata"]["content-sha256"]
    assert texts(store, key) == rows


def texts(store, key):
    dataset = store.read(store.keys_for(key).dataset)
    return pq.read_table(io.BytesIO(dataset), columns=["review_text"])["review_text"].to_pylist()

"""A batch over 500 mixed files gives what their generator knows: stopped, repeated, and while it is read."""

import hashlib
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import boto3
import pyarrow.parquet as pq
import pytest

from tastetrend_etl.output_keys import curated_keys
from tests.e2e.conftest import wait_until
from tests.e2e.mixed_batch import CHANGED, PREFIX, distinct_reviews, draw_changes, draw_files, total_rows

FILES = draw_files()
CHANGES = draw_changes(FILES)
VIEW = (
    f"SELECT count(*) AS n, count(DISTINCT review_id) AS ids FROM reviews WHERE source_file LIKE '{PREFIX}%'"  # noqa: S608 # a constant
)
ROWS_BY_FILE = (
    f"SELECT source_file, count(*) AS n FROM review_rows WHERE source_file LIKE '{PREFIX}%' GROUP BY 1"  # noqa: S608 # a constant
)
PARTS_AT_A_LOOK = 20
HUNDRED = f"{PREFIX}0"  # the prefix of a hundred files


def part_of(key, file):
    return curated_keys(key)["reviews" if file.reviews or not file.rows["read"] else "restaurant_info"]


PARTS = {part_of(key, file): file for key, file in FILES.items() if file.rows}
UPDATED_PARTS = PARTS | {part_of(key, file): file for key, file in CHANGES.items()}


class Reader(Thread):
    """Reads the curated set again and again, from S3 and through Athena, until it is stopped.

    Attributes:
        looks: how often it has listed the parts.
        parts_read: how many parts it has read whole.
        queries: how often it has asked Athena.
        faults: what was missing or not whole.
    """

    def __init__(self, emulator, outputs, *states):
        """Accept of each part the rows that it has in one of the states, complete."""
        super().__init__(daemon=True)
        self._s3, self._athena = (boto3.client(name, **emulator.connection) for name in ("s3", "athena"))
        self._bucket, self._outputs, self._states = outputs["ProcessedBucketName"], outputs, states
        self._stopped, self._named = Event(), set()
        self.looks = self.parts_read = self.queries = 0
        self.faults = []

    def run(self):
        seen = set()
        while not self._stopped.wait(0.2):
            try:
                seen = self._look(seen)
            except Exception as error:  # noqa: BLE001 # the test fails with it
                self.faults.append(repr(error))

    def stop(self):
        self._stopped.set()
        self.join()
        print(f"{self.looks} looks, {self.parts_read} parts, {self.queries} queries")  # noqa: T201 # for `-s`

    def _look(self, seen):
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix="curated/")
        listed = {entry["Key"] for page in pages for entry in page.get("Contents", [])} & PARTS.keys()
        self.faults += [f"{key} is missing" for key in seen - listed]
        ordered = sorted(listed)
        first = self.looks * PARTS_AT_A_LOOK % max(len(ordered), 1)
        for key in ordered[first : first + PARTS_AT_A_LOOK]:
            self._read_part(key)
        if self.looks % 10 == 0:
            self._query()
        self.looks += 1
        return listed

    def _read_part(self, key):
        found = self._s3.get_object(Bucket=self._bucket, Key=key)
        body = found["Body"].read()
        rows, accepted = pq.read_metadata(io.BytesIO(body)).num_rows, self._accepted(key)
        if hashlib.sha256(body).hexdigest() != found["Metadata"]["content-sha256"] or rows not in accepted:
            self.faults.append(f"{key} has {rows} rows")
        self.parts_read += 1

    def _query(self):
        rows = dict(query(self._athena, self._outputs, ROWS_BY_FILE))
        self.faults += [f"{name} is missing in the table" for name in self._named - rows.keys()]
        self._named = set(rows)
        for name, count in rows.items():
            if int(count) not in self._accepted(curated_keys(name)["reviews"]):
                self.faults.append(f"{name} has {count} rows in the table")
        self.queries += 1

    def _accepted(self, part):
        return {state[part].rows["written"] for state in self._states}


def query(athena, outputs, sql):
    """Return the rows of a query as texts."""
    started = athena.start_query_execution(
        QueryString=sql,
        WorkGroup=outputs["WorkgroupName"],
        QueryExecutionContext={"Database": outputs["DatabaseName"]},
    )
    arguments = {"QueryExecutionId": started["QueryExecutionId"]}
    while (status := athena.get_query_execution(**arguments)["QueryExecution"]["Status"])["State"] in {
        "QUEUED",
        "RUNNING",
    }:
        time.sleep(0.1)
    assert status["State"] == "SUCCEEDED", status
    pages = athena.get_paginator("get_query_results").paginate(**arguments)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [[cell["VarCharValue"] for cell in row] for row in rows[1:]]


@pytest.fixture(scope="module")
def reading(emulator, outputs):
    """Return a function that starts a reader."""

    def start(*states):
        reader = Reader(emulator, outputs, *states)
        reader.start()
        return reader

    return start


@pytest.fixture(scope="module")
def upload(client, store):
    """Return a function that uploads files; until the end of the module, no event processes them."""
    s3, bucket = client("s3"), store.raw
    before = s3.get_bucket_notification_configuration(Bucket=bucket)
    del before["ResponseMetadata"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})

    def upload_all(files):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda item: store.upload(item[0], item[1].content), files.items()))

    yield upload_all
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=before)


@pytest.fixture(scope="module")
def batch(ops):
    """Return a function that runs a batch, by default over all files, and returns its result."""

    def run(*arguments, prefix=PREFIX):
        ran = ops("batch", prefix, "--wait", "--json", *arguments)
        assert ran.status == 0, ran.errors
        return json.loads(ran.output)

    return run


def stop_half_way(states, machine, name):
    """Stop a running batch when half of its files are done; return how many are."""
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"

    def done():
        runs = states.list_map_runs(executionArn=execution)["mapRuns"]
        return (
            states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]["succeeded"] if runs else 0
        )

    wait_until(lambda: done() >= len(FILES) // 2)
    states.stop_execution(executionArn=execution)
    return done()


@pytest.fixture(scope="module")
def continued(upload, ops, batch, client, outputs, reading):
    """Stop the first batch half-way, continue it, and return its result."""
    upload(FILES)
    reader = reading(PARTS)
    started = json.loads(ops("batch", PREFIX, "--json").output)
    second = ops("batch", PREFIX)
    assert (second.status, len(second.errors.splitlines())) == (1, 1)
    assert f"a batch over '{PREFIX}' is running since" in second.errors
    assert stop_half_way(client("stepfunctions"), outputs["BatchArn"], started["execution"]) < len(FILES)
    result = batch("--again")
    reader.stop()
    assert reader.faults == []
    assert result["execution"] == started["execution"]
    return result


def outputs_of_files(store):
    """Return key → ETag of every output of a file."""
    pages = store.s3.get_paginator("list_objects_v2").paginate(Bucket=store.processed)
    objects = (entry for page in pages for entry in page.get("Contents", []))
    return {
        entry["Key"]: entry["ETag"]
        for entry in objects
        if not entry["Key"].startswith(("batches/", "queries/"))
    }


def versions_of_outputs(store):
    return {key: count for key, count in store.versions().items() if key in outputs_of_files(store)}


def check_report(report, files):
    """Check each file's result, and the sums."""
    written = {each["key"]: (each["outcome"], each["reason"], each["rows"]) for each in report["worst_first"]}
    expected = {
        key: ("rejected" if file.reason else "processed", file.reason, file.rows)
        for key, file in files.items()
    }
    assert written == expected
    assert report["holds"] is True
    assert report["rows"] == total_rows(files)


def check_view(client, outputs, files):
    reviews = str(distinct_reviews(files))
    assert query(client("athena"), outputs, VIEW) == [[reviews, reviews]]


def test_a_batch_that_was_stopped_and_continued_reports_every_row_of_every_file(continued):
    check_report(continued["report"], FILES)


def test_the_view_has_each_review_of_all_files_once(continued, client, outputs):
    check_view(client, outputs, FILES)


def test_another_batch_writes_no_output(continued, batch, store):
    before = store.versions()

    result = batch()

    check_report(result["report"], FILES)
    after = {key: count for key, count in store.versions().items() if not key.startswith("batches/")}
    assert after == {key: count for key, count in before.items() if not key.startswith("batches/")}


def test_a_batch_that_is_not_stopped_writes_the_same_bytes_while_readers_see_all_files(
    continued, batch, store, reading, client, outputs
):
    contents, versions = outputs_of_files(store), store.versions("curated/")
    reader = reading(PARTS)

    batch("--reprocess", "--yes", prefix=HUNDRED)

    reader.stop()
    assert reader.faults == []
    assert outputs_of_files(store) == contents
    rewritten = {key for key, count in store.versions("curated/").items() if count == versions[key] + 1}
    assert rewritten == {part_of(key, file) for key, file in FILES.items() if key.startswith(HUNDRED)}
    check_view(client, outputs, FILES)


def test_of_changed_files_only_the_parts_change_and_readers_see_old_or_new_ones(
    continued, batch, store, reading, upload, client, outputs
):
    before = store.versions("curated/")
    upload(CHANGES)
    reader = reading(PARTS, UPDATED_PARTS)

    result = batch()

    reader.stop()
    assert reader.faults == []
    check_report(result["report"], FILES | CHANGES)
    after = store.versions("curated/")
    assert {key for key in after if after[key] != before[key]} == {
        part_of(key, file) for key, file in CHANGES.items()
    }
    assert sum(after.values()) - sum(before.values()) == CHANGED
    check_view(client, outputs, FILES | CHANGES)

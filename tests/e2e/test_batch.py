"""A batch of real files on the emulator, one of them too large for the small function, one failing."""

import gzip
import json
import re

import pytest

from tastetrend_etl.limits import TIERS
from tests.e2e.conftest import reviews, wait_until

PREFIX = "batch/"
GOOD = [f"{PREFIX}{number:02}.csv" for number in range(40)]
EMPTY = [f"{PREFIX}empty{number}.csv" for number in range(5)]
FAILING, LARGE = f"{PREFIX}failing.csv", f"{PREFIX}large.csv.gz"
LARGE_ROWS = 28_000
FILES = len(GOOD) + len(EMPTY) + 2


def large_file():
    """Return a file above the small tier's limit, whose size as an object is far below."""
    rows = (f"{number},2024-05-01,4,Soup {number} {'good ' * 380}\n" for number in range(LARGE_ROWS))
    content = ("review_id,date,rating,review_text\n" + "".join(rows)).encode()
    assert len(content) > TIERS["small"].max_bytes
    return gzip.compress(content, 1)


def deny_outputs_of(client, bucket, key):
    """Deny the function to write outputs of one raw key; return the bucket's policy before."""
    before = client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    folder, name = key.split("/")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/processed/{folder}/processed_{name}.parquet",
    }
    policy = json.loads(before)
    changed = json.dumps(policy | {"Statement": [*policy["Statement"], deny]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=changed)
    return before


@pytest.fixture(scope="module")
def failed_batch(client, store, failures, ops):
    """Upload the files, let S3's events pass, run a batch in which one file fails, and return its output."""
    before = deny_outputs_of(client, store.processed, FAILING)
    store.upload(LARGE, large_file())
    for number, key in enumerate(GOOD):
        store.upload(key, reviews(*(f"Soup {number} and {row}" for row in range(20))))
    for key in EMPTY:
        store.upload(key, b"")
    store.upload(FAILING, reviews("Good soup"))
    outcomes = [{keys.dataset, keys.error} for keys in map(store.keys_for, [LARGE, *GOOD, *EMPTY])]
    wait_until(lambda: all(not each.isdisjoint(store.versions()) for each in outcomes))
    failures.take()  # the event of the failing file
    ran = ops("batch", PREFIX, "--wait")
    client("s3").put_bucket_policy(Bucket=store.processed, Policy=before)
    return ran


@pytest.fixture(scope="module")
def mended(failed_batch, ops):
    """Redrive what has failed, and return the output."""
    return ops("redrive", "--yes")


def execution_arns(client, outputs):
    listed = client("stepfunctions").list_executions(stateMachineArn=outputs["BatchArn"])["executions"]
    return [each["executionArn"] for each in listed]


def inputs_of_executions(client, outputs):
    described = (
        client("stepfunctions").describe_execution(executionArn=arn)
        for arn in execution_arns(client, outputs)
    )
    return [json.loads(each["input"]) for each in described]


def messages(client, log_group, key):
    events = client("logs").filter_log_events(logGroupName=log_group)["events"]
    logged = (json.loads(each["message"]) for each in events if f'"key":"{key}"' in each["message"])
    return [each["message"] for each in logged]


def test_an_event_of_a_large_file_was_handed_over_to_the_large_function(client, outputs, failed_batch):
    assert {"key": LARGE, "reprocess": False} in inputs_of_executions(client, outputs)
    assert messages(client, outputs["LogGroupName"], LARGE)[0] == "handed_over"
    assert messages(client, f"{outputs['LogGroupName']}-large", LARGE) == ["processed"]


def test_the_large_function_writes_the_number_of_the_small_one(client, store, failed_batch):
    small, large = (
        client("s3").head_object(Bucket=store.processed, Key=store.keys_for(key).dataset)["Metadata"]
        for key in (GOOD[0], LARGE)
    )

    assert large["function-version"] == small["function-version"]


def test_a_batch_with_a_failed_file_names_it_and_exits_with_1(failed_batch):
    assert failed_batch.status == 1, failed_batch
    assert f"{FILES - 1} of {FILES} files succeeded, 1 failed" in failed_batch.output
    assert re.search(rf"^{re.escape(FAILING)}: .*AccessDenied", failed_batch.output, re.MULTILINE)
    assert f"{FAILING}: missing" in failed_batch.output
    assert "The balance does not hold." in failed_batch.output


def test_the_failed_file_is_in_the_failure_queue_and_redrive_mends_it(mended, failures):
    assert (mended.status, mended.output.count(FAILING)) == (0, 1), mended
    assert f"{FAILING}: processed, 1 of 1 rows written" in mended.output
    assert failures.count() == 0


def test_another_batch_reports_on_all_files_and_writes_none_of_them(mended, ops, store):
    before = store.versions()

    ran = ops("batch", PREFIX, "--wait", "--json")

    result = json.loads(ran.output)
    assert ran.status == 0, ran.errors
    assert result["failed"] == []
    report = result["report"]
    assert report["holds"] is True
    assert {name: count for name, count in report["files"].items() if count} == {
        "all": FILES,
        "processed": len(GOOD) + 2,
        "rejected": len(EMPTY),
    }
    rows = len(GOOD) * 20 + LARGE_ROWS + 1
    assert report["rows"] == {"read": rows, "written": rows, "rejected": 0, "duplicate": 0}
    assert report["rejections"] == {"empty_file": len(EMPTY)}
    batches = {key for key in store.versions() if key.startswith("batches/")}
    assert {key: n for key, n in store.versions().items() if key not in batches} == {
        key: n for key, n in before.items() if key not in batches
    }


def test_to_process_again_gives_the_same_bytes_in_either_function(mended, ops, store):
    datasets = [store.keys_for(key).dataset for key in (GOOD[0], LARGE)]
    before = [store.read(key) for key in datasets]

    ran = ops("replay", PREFIX, "--yes")

    assert ran.status == 0, ran
    assert f"{LARGE}: processed, {LARGE_ROWS:,} of {LARGE_ROWS:,} rows written" in ran.output
    assert [store.read(key) for key in datasets] == before


def test_a_batch_that_was_stopped_is_continued(mended, ops, client, outputs):
    """The emulator itself does not know how to redrive an execution."""
    started = ops("batch", PREFIX, "--reprocess", "--yes", "--json")
    states, execution = client("stepfunctions"), json.loads(started.output)["execution"]
    arn = next(arn for arn in execution_arns(client, outputs) if arn.endswith(execution))
    states.stop_execution(executionArn=arn)

    ran = ops("batch", PREFIX, "--again", "--wait")

    assert ran.status == 0, ran
    assert f"The batch {execution} of local has ended" in ran.output
    assert "The balance holds" in ran.output


def test_a_manifest_starts_a_batch_over_its_files_and_the_command_follows_it(mended, ops, store, tmp_path):
    manifest = tmp_path / "week.jsonl"
    manifest.write_text("".join(json.dumps(key) + "\n" for key in [*GOOD[:3], EMPTY[0], LARGE]))

    ran = ops("batch", "--manifest", str(manifest), "--wait")

    assert ran.status == 0, ran
    assert "5 files: 1 rejected, 4 processed." in ran.output
    assert ran.output.endswith("/batches/week/report.json\n")
    report = json.loads(store.read("batches/week/report.json"))
    assert report["rows"]["written"] == 3 * 20 + LARGE_ROWS
    assert not [key for key in store.versions() if "manifest.jsonl" in key]


def test_a_batch_waits_for_the_files_that_its_manifest_names(mended, store):
    late, manifest = "batch-late/late.csv", "batch-late/day.manifest.jsonl"
    store.upload(manifest, f'{{"key": "{GOOD[0]}"}}\n{{"key": "{late}"}}\n'.encode())
    lists = re.compile(r"batches/manifest-[0-9a-f]{32}/files\.jsonl")
    wait_until(lambda: any(b"late" in store.read(key) for key in store.versions() if lists.fullmatch(key)))
    assert "batches/batch-late/day/report.json" not in store.versions()

    store.upload(late, reviews("Good soup"))

    wait_until(lambda: "batches/batch-late/day/report.json" in store.versions())
    report = json.loads(store.read("batches/batch-late/day/report.json"))
    assert (report["holds"], report["files"]["processed"]) == (True, 2)


def test_a_prefix_without_files_is_wrong_usage(ops):
    ran = ops("batch", "no-such-prefix/")

    assert ran.status == 2
    assert "has the prefix 'no-such-prefix/'" in ran.errors

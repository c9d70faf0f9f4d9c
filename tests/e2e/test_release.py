"""A release from end to end, on an emulator of its own: judged, promoted, forced through, rolled back."""

import json

import pytest

from local.emulator import PROJECT
from tests.e2e.checkout import FUNCTION, first_release
from tests.e2e.conftest import FailureQueue, Store, wait_until

SAMPLE = (PROJECT / "samples" / "tastetrend_uptown_reviews.csv").read_bytes()

# What is wrong with a version: the file, what stands there, what stands there instead.
DROPS_EVERY_TENTH_ROW = (
    "tastetrend_etl/parse/csv_arrow.py",
    "yield RawBatch(numbers, cells, ragged)",
    "yield RawBatch(numbers[numbers % 10 != 0], cells.filter(pa.array(numbers % 10 != 0)), ragged)",
)
RENAMES_A_COLUMN = ("tastetrend_etl/**/*.py", '"rating_1_5"', '"rating"')
LOSES_A_GENDER = ("tastetrend_etl/schema.py", '    "female": "female",\n', "")
SWAPS_DAY_AND_MONTH = (
    "tastetrend_etl/transform/infer_format.py",
    'order["day"] > order["month"]',
    'order["day"] <= order["month"]',
)


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout deployed for the first time, promoted to staging and prod."""
    with first_release(tmp_path_factory.mktemp("checkout")) as released:
        yield released


@pytest.fixture(scope="module")
def store(releases):
    stack = releases.client("cloudformation").describe_stacks(StackName="tastetrend-local")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    failures = FailureQueue(releases.client("sqs"), outputs["FailureQueueUrl"])
    return Store(releases.client("s3"), outputs["RawBucketName"], outputs["ProcessedBucketName"], failures)


@pytest.fixture(scope="module")
def raw(store):
    """Return the key of a raw file that has been processed once."""
    store.drop("uptown.csv", SAMPLE)
    store.await_outcome("uptown.csv")
    return "uptown.csv"


@pytest.fixture(scope="module")
def good(releases, raw):
    """Return the number of a good second version, promoted stage by stage."""
    number = releases.deploy()
    assert releases.aliases() == {"dev": number, "staging": "1", "prod": "1"}
    assert [releases.process(alias, raw) for alias in ("dev", "staging", "prod")] == [number, "1", "1"]

    releases.ops("promote", "staging")
    assert releases.aliases() == {"dev": number, "staging": number, "prod": "1"}

    releases.ops("promote", "prod")
    assert releases.aliases() == {"dev": number, "staging": number, "prod": number}
    return number


def snapshot(store):
    """Return every processed object and its content."""
    return {key: store.read(key) for key in current(store)}


def current(store):
    pages = store.s3.get_paginator("list_objects_v2").paginate(Bucket=store.processed)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def test_a_good_version_moves_stage_by_stage(releases, good):
    said = releases.ops("releases")

    assert f"version {good}: 0.2.2, lambda/etl-0.2.2.zip, gate pass" in said
    assert "prod can go back to version 1" in said


def test_json_lists_what_runs_and_what_there_is_to_go_back_to(releases, good):
    listed = releases.json("releases")

    assert listed["environment"] == "local"
    assert listed["aliases"] == {"dev": good, "staging": good, "prod": good}
    assert listed["previous_versions"] == {"staging": "1", "prod": "1"}
    assert [version["version"] for version in listed["versions"]] == ["1", good]


def test_json_tells_that_a_version_was_promoted(releases, good):
    promoted = releases.json("promote", "staging", "--version", good)

    assert promoted["promoted"] is True
    assert (promoted["version"], promoted["previous_version"]) == (good, good)
    assert promoted["gate"] == {"status": "pass", "reasons": promoted["gate"]["reasons"]}


def test_the_code_of_a_promoted_version_is_archived_once(releases, good):
    releases.ops("promote", "staging", "--version", good)

    s3, artifacts = releases.client("s3"), "tastetrend-local-artifacts-000000000000"
    versions = s3.list_object_versions(Bucket=artifacts, Prefix="lambda/etl-0.2.2.zip")["Versions"]
    manifest = json.load(s3.get_object(Bucket=artifacts, Key=f"releases/{good}/manifest.json")["Body"])
    function = releases.client("lambda").get_function(FunctionName=FUNCTION, Qualifier=good)
    assert len(versions) == 1
    assert manifest["code_sha256"] == function["Configuration"]["CodeSha256"]
    assert manifest["gate"] == "pass"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (DROPS_EVERY_TENTH_ROW, "rows"),
        (RENAMES_A_COLUMN, "rating_1_5"),
        (LOSES_A_GENDER, "gender_norm"),
        (SWAPS_DAY_AND_MONTH, "review_date"),
    ],
    ids=["drops every tenth row", "renames a column", "loses a gender", "swaps day and month"],
)
def test_a_worse_version_is_refused_with_the_reason(releases, good, change, reason):
    number = releases.deploy(*change)

    said = releases.ops("promote", "staging", status=1)

    assert reason in said
    assert f"Version {number} was not promoted" in said
    assert releases.aliases() == {"dev": number, "staging": good, "prod": good}


def test_rolling_back_with_reprocessing_leaves_no_trace_of_the_bad_version(releases, good, raw, store):
    releases.process("prod", raw)
    before = snapshot(store)
    bad = releases.deploy(*LOSES_A_GENDER)
    releases.ops("promote", "staging", "--force")
    releases.ops("promote", "prod", "--force")
    assert releases.process("prod", raw) == bad
    assert snapshot(store) != before

    said = releases.ops("rollback", "prod", "--reprocess")

    assert f"would move prod of local from version {bad} to {good}" in said
    assert f"would process again: {raw}" in said
    assert releases.aliases()["prod"] == bad

    planned = releases.json("rollback", "prod", "--reprocess")

    assert (planned["dry_run"], planned["version"], planned["bad_versions"]) == (True, good, [bad])
    assert planned["objects"] == [{"key": raw}]
    assert releases.aliases()["prod"] == bad

    said = releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert f"prod of local runs version {good}" in said
    assert releases.aliases()["prod"] == good
    assert snapshot(store) == before
    assert releases.writer(raw) == good

    said = releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert f"prod of local went back to version {good} already" in said
    assert releases.aliases()["prod"] == good
    assert snapshot(store) == before


def test_an_interrupted_promotion_is_told_truly_and_can_be_run_again(releases, good):
    number = releases.deploy()
    command = releases.start("promote", "prod", "--version", number)
    wait_until(lambda: f"releases/{number}/manifest.json" in artifacts(releases))
    command.kill()
    command.communicate()

    running_now = releases.aliases()["prod"]
    (row,) = [line.split() for line in releases.ops("releases").splitlines() if line.split()[:1] == ["prod"]][
        :1
    ]
    assert row[1] == running_now

    releases.ops("promote", "prod", "--version", number)
    assert releases.aliases()["prod"] == number
    assert f"prod can go back to version {good}" in releases.ops("releases")


def artifacts(releases):
    listed = releases.client("s3").list_objects_v2(Bucket="tastetrend-local-artifacts-000000000000")
    return [entry["Key"] for entry in listed.get("Contents", [])]


def test_an_alias_moved_by_hand_is_put_right_by_the_next_promotion(releases, good):
    releases.client("lambda").update_alias(FunctionName=FUNCTION, Name="staging", FunctionVersion="1")

    releases.ops("promote", "staging", "--version", good)

    assert releases.aliases()["staging"] == good

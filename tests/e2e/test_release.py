"""Releases on their own emulator: quality gate, promotion, forced promotion, rollback."""

import json

import pytest

from local.emulator import PROJECT
from tests.e2e.checkout import FUNCTION, first_release
from tests.e2e.conftest import wait_until

SAMPLE = (PROJECT / "samples" / "tastetrend_uptown_reviews.csv").read_bytes()

# Defects of a version: the file, the original text, its replacement.
DROPS_EVERY_TENTH_ROW = (
    "tastetrend_etl/parse/csv_arrow.py",
    "RawBatch(rows, cells, ragged, may_be_undecodable)",
    "RawBatch(source_rows[source_rows % 10 != 0], cells.filter(pa.array(source_rows % 10 != 0)), ragged)",
)
RENAMES_A_COLUMN = ("tastetrend_etl/**/*.py", '"rating_1_5"', '"rating"')
LOSES_A_GENDER = ("tastetrend_etl/schema.py", '"female": "female", ', "")
SWAPS_DAY_AND_MONTH = (
    "tastetrend_etl/transform/infer_format.py",
    'order["day"] > order["month"]',
    'order["day"] <= order["month"]',
)


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout whose first version is promoted to staging and prod."""
    with first_release(tmp_path_factory.mktemp("checkout")) as released:
        yield released


@pytest.fixture(scope="module")
def store(releases):
    return releases.store()


@pytest.fixture(scope="module")
def raw(store):
    """Return the key of a raw file that has been processed once."""
    store.upload("uptown.csv", SAMPLE)
    store.await_outcome("uptown.csv")
    return "uptown.csv"


@pytest.fixture(scope="module")
def good(releases, raw):
    """Return the Lambda version of a good second version, promoted to staging and prod."""
    number = releases.deploy()
    assert releases.aliases() == {"dev": number, "staging": "1", "prod": "1"}
    assert [releases.process(alias, raw) for alias in ("dev", "staging", "prod")] == [number, "1", "1"]

    releases.ops("promote", "staging")
    assert releases.aliases() == {"dev": number, "staging": number, "prod": "1"}
    assert releases.large_aliases() == releases.aliases()

    releases.ops("promote", "prod")
    assert releases.aliases() == {"dev": number, "staging": number, "prod": number}
    assert releases.large_aliases() == releases.aliases()
    return number


def test_a_good_version_is_promoted_to_each_stage(releases, good):
    output = releases.ops("releases")

    assert f"version {good}: 0.2.2, lambda/etl-0.2.2.zip, gate pass" in output
    assert "prod can go back to version 1" in output


def test_json_lists_the_live_and_the_previous_versions(releases, good):
    listed = releases.json("releases")

    assert listed["environment"] == "local"
    assert listed["aliases"] == {"dev": good, "staging": good, "prod": good}
    assert listed["previous_versions"] == {"staging": "1", "prod": "1"}
    assert [version["version"] for version in listed["versions"]] == ["1", good]


def test_json_reports_a_promotion(releases, good):
    promoted = releases.json("promote", "staging", "--version", good)

    assert promoted["promoted"] is True
    assert (promoted["version"], promoted["previous_version"]) == (good, good)
    gate = promoted["gate"]
    assert (gate["status"], gate["comparisons"]["baseline"]) == ("pass", 0)
    assert gate["not_compared"] == ["retrieval is off"]
    assert gate["runtimes"]["quality gate"] == gate["runtimes"][f"version {good}"]
    assert gate["runtimes"]["quality gate"]["conditional_writes"] == "supported"


def test_the_stack_names_what_was_promoted(releases, good):
    stack = releases.client("cloudformation").describe_stacks(StackName="tastetrend-local")["Stacks"][0]
    promoted = {
        output["OutputKey"]: output["OutputValue"]
        for output in stack["Outputs"]
        if output["OutputKey"].startswith("Promoted")
    }

    large = releases.aliases(f"{FUNCTION}-large")
    assert promoted == {
        "PromotedStagingVersion": good,
        "PromotedProdVersion": good,
        "PromotedLargeStagingVersion": large["staging"],
        "PromotedLargeProdVersion": large["prod"],
    }


def test_a_version_that_does_not_exist_is_said_before_the_gate_is_asked(releases, good):
    output = releases.ops("promote", "staging", "--version", "99", status=1)

    assert output == (f"error: there is no version 99 of {FUNCTION}; `releases` shows the newest as dev\n")


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
def test_a_defective_version_is_not_promoted_and_the_reason_is_printed(releases, good, change, reason):
    number = releases.deploy(*change)

    output = releases.ops("promote", "staging", status=1)

    assert reason in output
    assert f"Version {number} was not promoted" in output
    assert releases.aliases() == {"dev": number, "staging": good, "prod": good}
    event = releases.json("releases")["events"][-1]
    assert (event["kind"], event["version"], event["previous"]) == ("rejected", number, good)
    assert reason in event["reason"]


def test_rollback_with_reprocessing_restores_the_outputs(releases, good, raw, store):
    releases.process("prod", raw)
    before = store.snapshot()
    bad = releases.deploy(*LOSES_A_GENDER)
    force = ("--force", "--reason", "a test of the way back")
    releases.ops("promote", "staging", *force)
    releases.ops("promote", "prod", *force)
    assert releases.process("prod", raw) == bad
    assert store.snapshot() != before

    output = releases.ops("rollback", "prod", "--reprocess")

    assert f"would move prod of local from version {bad} to {good}" in output
    assert f"would process again: {raw}" in output
    assert releases.aliases()["prod"] == bad

    planned = releases.json("rollback", "prod", "--reprocess")

    assert (planned["dry_run"], planned["version"], planned["bad_versions"]) == (True, good, [bad])
    assert planned["objects"] == [{"key": raw}]
    assert releases.aliases()["prod"] == bad

    output = releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert f"prod of local runs version {good}" in output
    assert releases.aliases()["prod"] == good
    assert store.snapshot() == before
    assert releases.writer(raw) == good

    forced, *_, begun, moved = [
        event for event in releases.json("releases")["events"] if bad in (event["version"], event["previous"])
    ]
    assert (forced["kind"], forced["reason"]) == ("overridden", "a test of the way back")
    assert forced["by"].startswith("arn:aws:")
    assert (begun["kind"], moved["kind"]) == ("rollback_started", "rolled_back")
    assert (moved["alias"], moved["version"]) == ("prod", good)

    output = releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert f"prod of local went back to version {good} already" in output
    assert releases.aliases()["prod"] == good
    assert store.snapshot() == before


def test_an_interrupted_promotion_is_listed_correctly_and_can_be_repeated(releases, good):
    number = releases.deploy()
    command = releases.start("promote", "prod", "--version", number)
    wait_until(lambda: f"releases/{number}/manifest.json" in artifacts(releases))
    command.kill()
    command.communicate()

    live = releases.aliases()["prod"]
    listed, _ = releases.start("releases").communicate()  # exits with 1 if the move was not recorded
    (row,) = [line.split() for line in listed.splitlines() if line.split()[:1] == ["prod"]][:1]
    assert row[1] == live

    releases.ops("promote", "prod", "--version", number)
    assert releases.aliases()["prod"] == number
    assert f"prod can go back to version {good}" in releases.ops("releases")


def artifacts(releases):
    listed = releases.client("s3").list_objects_v2(Bucket="tastetrend-local-artifacts-000000000000")
    return [entry["Key"] for entry in listed.get("Contents", [])]


def move_by_hand(releases, alias, version):
    releases.client("lambda").update_alias(FunctionName=FUNCTION, Name=alias, FunctionVersion=version)


def test_an_alias_moved_by_hand_is_drift_and_can_be_repaired(releases, good):
    releases.ops("promote", "staging", "--version", good)
    move_by_hand(releases, "staging", "1")

    output = releases.ops("releases", status=1)
    assert "drift: staging serves version 1, the stack says " + good in output
    assert "add --yes to do it" in releases.ops("releases", "--repair", status=1)

    releases.ops("releases", "--repair", "--yes")

    assert releases.json("releases")["drift"] == {"staging": [], "prod": []}
    assert releases.aliases()["staging"] == releases.large_aliases()["staging"] == "1"


def test_the_next_promotion_repairs_an_alias_moved_manually(releases, good):
    releases.ops("promote", "staging", "--version", good)
    move_by_hand(releases, "staging", "1")

    releases.ops("promote", "staging", "--version", good)

    assert releases.aliases()["staging"] == good
    assert "moved_by_hand" in [event["kind"] for event in releases.json("releases")["events"]]

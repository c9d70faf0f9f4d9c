"""From contract version 1 to 2 and back on an emulator: gate, promotion, replay of all files, rollback.

`contract_1.zip` is the code of contract version 1. In a clone with the whole history, this makes it again:

    git archive -9 --format=zip -o tests/e2e/contract_1.zip 172059f lambda_src
"""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from local.emulator import PROJECT
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_download import find_current_version
from tastetrend_etl.schema import GROUP_COLUMNS
from tests.contract_1 import former_output_keys
from tests.e2e.checkout import first_release
from tests.e2e.conftest import wait_until

CONTRACT_1 = Path(__file__).with_name("contract_1.zip")
ARTIFACTS = "tastetrend-local-artifacts-000000000000"

# A duplicate of either contract, one of version 1 only, and a row that both reject.
REVIEWS = b"""review_id,date,rating,customer_name,review_text
1,2024-05-01,5,Ada,A long evening with good soup
1,2024-05-01,5,Ada,A long evening with good soup
2,2024-05-02,4,,Good
3,2024-05-02,4,,Good
4,,,Bob,
"""
FILES = {
    "in/reviews.csv": REVIEWS,
    "empty.csv": b"",
    "restaurants.csv": (PROJECT / "samples" / "tastetrend_restaurant_info.csv").read_bytes(),
    "uptown.csv": (PROJECT / "samples" / "tastetrend_uptown_reviews.csv").read_bytes(),
}


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout whose first version, of contract version 1, is promoted to staging and prod."""
    folder = tmp_path_factory.mktemp("contract_1")
    with zipfile.ZipFile(CONTRACT_1) as archive:
        archive.extractall(folder)
    with first_release(tmp_path_factory.mktemp("checkout"), folder / "lambda_src") as released:
        yield released


@pytest.fixture(scope="module")
def store(releases):
    return releases.store()


@pytest.fixture(scope="module")
def before(store):
    """Return key → content of what version 1 wrote."""
    for key, body in FILES.items():
        store.upload(key, body)
    keys = [former_output_keys(find_current_version(store.s3, store.raw, key)) for key in FILES]
    wait_until(lambda: all({each.dataset, each.error} & store.snapshot().keys() for each in keys))
    written = store.snapshot()
    assert all(key.startswith("processed/") for key in written)
    assert {key.split("/")[1] for key in written} >= {"rejected", "logs", "in"}
    return written


@pytest.fixture(scope="module")
def promotions(releases, before):
    """Return the results of promoting contract version 2 to staging and to prod."""
    releases.code = PROJECT / "lambda_src"
    assert releases.deploy() == "2"
    return [releases.json("promote", stage) for stage in ("staging", "prod")]


def comparable(releases, run, versions):
    """Return golden file → number of comparisons by what the outputs of both versions have in common."""
    s3, columns = releases.client("s3"), {}
    for version in versions:
        prefix = f"processed/gate/{run}/{version}/processed_"
        for entry in s3.list_objects_v2(Bucket=ARTIFACTS, Prefix=prefix)["Contents"]:
            body = s3.get_object(Bucket=ARTIFACTS, Key=entry["Key"])["Body"].read()
            file = entry["Key"].removeprefix(prefix).removesuffix(".parquet")
            columns.setdefault(file, []).append({(f.name, f.type) for f in pq.read_schema(io.BytesIO(body))})
    counts = {}
    for file, (one, other) in columns.items():
        common = {name for name, _ in one & other}
        groups = common.intersection(GROUP_COLUMNS)
        # outcome, keys, schema, rows, rejections, issues; three measures of a column, two of its groups
        counts[file] = 6 + 3 * len(common - {"source_row", "issues"}) + 2 * len(groups)
    return counts | {"no_reviews.csv": 1}  # both reject it, so only the outcome is compared


def counted(releases, version):
    """Return the published verdict, and golden file → number of comparisons with the baseline."""
    s3 = releases.client("s3")
    verdict = json.load(s3.get_object(Bucket=ARTIFACTS, Key=f"releases/{version}/verdict.json")["Body"])
    body = s3.get_object(Bucket=ARTIFACTS, Key=f"releases/{version}/comparisons.parquet")["Body"].read()
    rows = pq.read_table(io.BytesIO(body)).to_pylist()
    counts = Counter(row["file"] for row in rows if row["against"] == "baseline")
    return verdict, counts


def test_the_gate_warns_only_of_what_contract_version_2_intends(promotions):
    for promoted in promotions:
        gate = promoted["gate"]
        assert (promoted["promoted"], gate["status"]) == (True, "warn")
        unintended = [reason for reason in gate["reasons"] if "intended by contract version 2" not in reason]
        assert unintended == []
        assert {reason.split(": ")[2] for reason in gate["reasons"]} >= {"keys", "rows", "review_id"}


def test_the_gate_compares_all_that_both_versions_have(releases, promotions):
    verdict, counts = counted(releases, "2")

    assert counts == comparable(releases, verdict["run"], ["1", "2"])
    assert promotions[-1]["gate"]["comparisons"]["baseline"] == counts.total()
    assert promotions[-1]["gate"]["not_compared"] == ["retrieval is off"]


def test_the_way_back_is_compared_in_as_much(releases, promotions):
    """The rollback itself asks no gate."""
    event = json.dumps({"version": "1", "baseline": "2"})
    response = releases.client("lambda").invoke(
        FunctionName="tastetrend-local-quality-gate", Payload=event.encode()
    )
    gate = json.load(response["Payload"])
    verdict, counts = counted(releases, "1")

    assert counts == comparable(releases, verdict["run"], ["1", "2"])
    assert gate["comparisons"] == promotions[-1]["gate"]["comparisons"]
    assert gate["not_compared"] == ["version 1 does not tell what it runs on", "retrieval is off"]


@pytest.fixture(scope="module")
def replayed(releases, store, before, promotions):
    """Return the results of the dry run and of the replay."""
    shown = releases.json("replay", "--all")
    assert store.snapshot() == before
    return shown, releases.json("replay", "--all", "--yes")


def test_replaying_all_files_moves_them_to_the_keys_of_version_2(replayed, store, before):
    shown, done = replayed

    assert (shown["dry_run"], shown["objects"]) == (True, [{"key": key} for key in sorted(FILES)])
    assert {*shown["outputs"]} == before.keys()
    kinds = dict.fromkeys(FILES, "reviews") | {"restaurants.csv": "restaurant_info"}
    possible = {
        key
        for raw, kind in kinds.items()
        for key in vars(output_keys(find_current_version(store.s3, store.raw, raw), kind)).values()
    }
    written = store.snapshot()
    assert written.keys() <= possible
    assert {key.split("/")[0] for key in written} == {
        "curated",
        "history",
        "processed",
        "reference",
        "rejected",
    }
    assert {key for key in before if key.startswith("processed/rejected/")} == {*done["deleted_outputs"]}
    assert done["kept_outputs"] == []


def test_after_the_replay_all_outputs_are_of_version_2(replayed, store):
    heads = [store.s3.head_object(Bucket=store.processed, Key=key) for key in store.snapshot()]

    assert {head["Metadata"]["function-version"] for head in heads} == {"2"}


def test_the_rollback_restores_the_outputs_of_version_1_byte_for_byte(releases, replayed, store, before):
    rolled_back = releases.json("rollback", "prod", "--reprocess", "--yes")

    assert (rolled_back["version"], rolled_back["bad_versions"]) == ("1", ["2"])
    assert store.snapshot() == before

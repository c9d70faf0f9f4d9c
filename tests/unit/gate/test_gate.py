"""A version is checked against the truth about golden files and against its baseline."""

import importlib
import json

import awswrangler as wr
import pytest

from tastetrend_gate.golden_files import golden_files
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.gate import gate_versions as gated

CLEAN = "clean.csv"
MESSY = ["downtown_messy.csv", "eastside_messy.csv", "midtown_messy.txt", "uptown_messy.csv"]


@pytest.fixture
def gate(handler, monkeypatch):
    """Return a function that has version 7 judged, whose code and whose baseline's are as given."""
    monkeypatch.setenv("ETL_FUNCTION", "tastetrend-local-etl")
    module = importlib.reload(importlib.import_module("quality_gate"))

    def run_checks(candidate, baseline=None, *, only=None, request="00000000-0", compared="5"):
        monkeypatch.setattr(module, "LAMBDA", gated.Versions(handler, {"7": candidate, "5": baseline}))
        if only:
            chosen = [golden for golden in golden_files() if golden.name == only]
            monkeypatch.setattr("tastetrend_gate.verdict.golden_files", lambda: chosen)
        event = {"version": "7"} | ({"baseline": compared} if baseline else {})
        return module.lambda_handler(event, gated.LambdaContext(aws_request_id=request))

    return run_checks


def keys(store, bucket):
    pages = store.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def kept(store, key):
    return store.client.get_object(Bucket=ARTIFACTS, Key=key)["Body"].read().decode()


def reason(said, file, subject):
    (found,) = [line for line in said["reasons"] if f": {file}: {subject}: " in line]
    return found


def test_a_version_equal_to_truth_and_baseline_passes(gate):
    said = gate(gated.unchanged, gated.unchanged)

    assert said == {
        "status": "pass",
        "version": "7",
        "baseline": "5",
        "reasons": [],
        "verdict_key": "releases/7/verdict.json",
        "page_key": "releases/7/verdict.html",
        "comparisons_key": "releases/7/comparisons.parquet",
    }


def test_a_version_that_drops_every_tenth_row_fails_for_its_lost_rows(gate):
    said = gate(gated.drops_every_tenth_row)

    assert said["status"] == "fail"
    assert reason(said, CLEAN, "rows") == (
        "fail: clean.csv: rows: read 54, must be 60; written 54, must be 60; "
        "written rows lost: 6, the first 10, 20, 30"
    )
    assert all(reason(said, file, "rows") for file in MESSY)


def test_a_version_that_renames_a_column_fails_for_its_schema(gate):
    said = gate(gated.renames_a_column)

    assert said["status"] == "fail"
    for file in (CLEAN, *MESSY, "hostile.csv"):
        assert reason(said, file, "schema") == (
            f"fail: {file}: schema: column gender_norm is missing; column gender_normalised is new"
        )


def test_a_version_that_maps_one_gender_to_null_fails_for_that_column(gate):
    said = gate(gated.maps_one_gender_to_null, gated.unchanged)

    assert said["status"] == "fail"
    assert "missing share 0.133, must be 0.000" in reason(said, CLEAN, "gender_norm")
    assert "group share of non_binary 0.000, must be 0.133" in reason(said, CLEAN, "gender_norm")
    assert all("missing share" in reason(said, file, "gender_norm") for file in MESSY)


def test_a_version_that_swaps_day_and_month_fails_for_its_dates(gate):
    said = gate(gated.reads_dates_in_the_wrong_order)

    assert said["status"] == "fail"
    for file in (*MESSY, "hostile.csv"):
        assert "cells differ from the truth, the first in rows" in reason(said, file, "review_date")
    assert {line.split(": ")[2] for line in said["reasons"]} == {"review_date"}


def test_an_error_that_the_baseline_has_too_still_fails(gate):
    said = gate(gated.maps_one_gender_to_null, gated.maps_one_gender_to_null, only=CLEAN)

    assert said["status"] == "fail"


def test_a_version_that_corrects_an_error_of_its_baseline_passes_with_a_warning(gate):
    said = gate(gated.unchanged, gated.maps_one_gender_to_null, only=CLEAN)

    assert said["status"] == "warn"
    assert "missing share 0.000, was 0.133" in reason(said, CLEAN, "gender_norm")


def test_a_column_without_known_truth_is_compared_with_the_baseline(gate):
    said = gate(gated.shouts_every_name, gated.unchanged, only=CLEAN)

    assert said["status"] == "fail"
    assert "60 of 60 cells differ from the baseline" in reason(said, CLEAN, "customer_name")
    assert gate(gated.shouts_every_name, only=CLEAN)["status"] == "pass"


def test_cells_that_move_to_other_rows_are_found_although_all_counts_agree(gate):
    said = gate(gated.shuffles_a_column, gated.unchanged, only=CLEAN)

    assert said["status"] == "fail"
    assert reason(said, CLEAN, "review_text") == (
        "fail: clean.csv: review_text: 60 of 60 cells differ from the baseline, the first in rows 1, 2, 3"
    )


def test_without_a_baseline_the_report_says_that_only_the_truth_was_compared(gate, store):
    said = gate(gated.unchanged, only=CLEAN)

    assert (said["status"], said["baseline"]) == ("pass", None)
    assert "with the truth alone: there is no baseline" in kept(store, said["page_key"])


def test_a_version_is_not_compared_with_itself(gate, store):
    said = gate(gated.unchanged, gated.unchanged, only=CLEAN, compared="7")

    assert said["baseline"] is None
    assert len([key for key in keys(store, ARTIFACTS) if key.startswith("gate/")]) == 1


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        (gated.breaks_down, "failed (RetryableError: "),
        (gated.writes_no_dataset, "unreadable (processed/gate/"),
    ],
)
def test_a_version_that_raises_or_writes_nothing_fails(broken, outcome, gate):
    said = gate(broken, gated.unchanged, only=CLEAN)

    assert said["status"] == "fail"
    assert outcome in reason(said, CLEAN, "outcome")
    assert reason(said, CLEAN, "outcome").endswith("must be processed")


def test_a_baseline_that_raises_is_only_a_warning(gate):
    said = gate(gated.unchanged, gated.breaks_down, only=CLEAN)

    assert said["status"] == "warn"


def test_the_verdict_is_published_with_reasons_files_and_limits(gate, store):
    said = gate(gated.maps_one_gender_to_null, gated.unchanged, only=CLEAN)

    verdict = json.loads(kept(store, said["verdict_key"]))
    assert (verdict["status"], verdict["version"], verdict["baseline"]) == ("fail", "7", "5")
    assert len(verdict["reasons"]) == len(said["reasons"])
    assert [(result["file"], result["rows"]["written"]) for result in verdict["files"]] == [(CLEAN, 60)]
    assert verdict["limits"]["cells"]["truth"] == {"warn": 0, "fail": 0.005}


def test_every_comparison_is_published_as_a_table(gate, store):
    said = gate(gated.maps_one_gender_to_null, gated.unchanged, only=CLEAN)

    figures = wr.s3.read_parquet(f"s3://{ARTIFACTS}/{said['comparisons_key']}")
    assert set(figures["against"]) == {"truth", "baseline"}
    wrong = figures[(figures["against"] == "truth") & (figures["distance"] > 0)]
    assert "gender_norm" in set(wrong["subject"])
    assert len(figures) > len(wrong)


def test_a_gate_run_touches_no_real_data(gate, store):
    gate(gated.unchanged, gated.unchanged, only="hostile.csv")

    assert keys(store, RAW) == keys(store, PROCESSED) == []
    assert {key.split("/")[0] for key in keys(store, ARTIFACTS)} == {"gate", "processed", "releases"}


def test_two_runs_have_separate_keys(gate, store):
    gate(gated.unchanged, only=CLEAN, request="11111111-0")
    gate(gated.unchanged, only=CLEAN, request="22222222-0")

    assert len({key.split("/")[1] for key in keys(store, ARTIFACTS) if key.startswith("gate/")}) == 2


def test_no_customer_name_is_in_verdict_report_or_log(gate, store, capsys):
    said = gate(gated.shouts_every_name, gated.unchanged, only=CLEAN)

    shown = kept(store, said["verdict_key"]) + kept(store, said["page_key"]) + "".join(capsys.readouterr())
    assert "customer_name" in shown
    assert "guest" not in shown.replace("no guest of any restaurant", "").lower()


def test_the_html_report_escapes_messages_of_a_version(gate, store, monkeypatch):
    said = gate(lambda patch: patch.setattr("tastetrend_etl.invocation.ingest", says_markup), only=CLEAN)

    page = kept(store, said["page_key"])
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def says_markup(*arguments):
    return gated.ingest.IngestResult("key", "skipped", "<script>alert(1)</script>")

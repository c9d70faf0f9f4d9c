"""A version is checked against the truth about golden files and against its baseline."""

import importlib
import json

import awswrangler as wr
import pytest

from tastetrend_etl import runtime as etl_runtime
from tastetrend_etl.runtime import describe_runtime
from tastetrend_gate.golden_files import golden_files
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.gate import gate_versions

CLEAN = "clean.csv"
MESSY = ["downtown_messy.csv", "eastside_messy.csv", "midtown_messy.txt", "uptown_messy.csv"]


@pytest.fixture
def gate(handler, monkeypatch):
    """Return a function that checks version 7; candidate and baseline change the present code."""
    monkeypatch.setenv("ETL_FUNCTION", "tastetrend-local-etl")
    monkeypatch.setenv("ETL_VERSION", "7")
    module = importlib.reload(importlib.import_module("quality_gate"))

    def run_checks(
        candidate, baseline=None, *, only=None, request="00000000-0", compared="5", remaining_ms=600_000
    ):
        monkeypatch.setattr(
            module, "LAMBDA", gate_versions.Versions(handler, {"7": candidate, "5": baseline})
        )
        if only:
            chosen = [golden for golden in golden_files() if golden.name == only]
            monkeypatch.setattr("tastetrend_gate.verdict.golden_files", lambda: chosen)
        event = {"version": "7"} | ({"baseline": compared} if baseline else {})
        return module.lambda_handler(
            event, gate_versions.LambdaContext(aws_request_id=request, remaining_ms=remaining_ms)
        )

    return run_checks


def keys(store, bucket):
    pages = store.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def read_text(store, key):
    return store.client.get_object(Bucket=ARTIFACTS, Key=key)["Body"].read().decode()


def comparisons(response):
    return wr.s3.read_parquet(f"s3://{ARTIFACTS}/{response['comparisons_key']}")


def reason(response, file, subject):
    (found,) = [line for line in response["reasons"] if f": {file}: {subject}: " in line]
    return found


def test_a_version_equal_to_truth_and_baseline_passes(gate, store):
    runtime = describe_runtime(store.client)
    response = gate(gate_versions.unchanged, gate_versions.unchanged)

    assert response == {
        "status": "pass",
        "version": "7",
        "baseline": "5",
        "reasons": [],
        "comparisons": {"truth": 344, "baseline": 624},
        "not_compared": ["retrieval is off"],
        "runtimes": {"quality gate": runtime, "version 7": runtime},
        "retrieval": {"figures": None, "baseline": None, "not_compared": "retrieval is off", "error": ""},
        "verdict_key": "releases/7/verdict.json",
        "page_key": "releases/7/verdict.html",
        "comparisons_key": "releases/7/comparisons.parquet",
    }


def test_a_version_that_drops_every_tenth_row_fails_for_its_missing_rows(gate):
    response = gate(gate_versions.drops_every_tenth_row)

    assert response["status"] == "fail"
    assert reason(response, CLEAN, "rows") == (
        "fail: clean.csv: rows: read 54, must be 60; written 54, must be 60; "
        "written rows missing: 6, the first 10, 20, 30"
    )
    assert all(reason(response, file, "rows") for file in MESSY)


def test_a_version_that_renames_a_column_fails_for_its_schema(gate):
    response = gate(gate_versions.renames_a_column)

    assert response["status"] == "fail"
    for file in (CLEAN, *MESSY, "hostile.csv"):
        assert reason(response, file, "schema") == (
            f"fail: {file}: schema: column gender_norm is missing; column gender_normalised is new"
        )


def test_a_version_that_maps_one_gender_to_null_fails_for_that_column(gate):
    response = gate(gate_versions.maps_one_gender_to_null, gate_versions.unchanged)

    assert response["status"] == "fail"
    assert "missing share 0.133, must be 0.000" in reason(response, CLEAN, "gender_norm")
    assert "group share of non_binary 0.000, must be 0.133" in reason(response, CLEAN, "gender_norm")
    assert all("missing share" in reason(response, file, "gender_norm") for file in MESSY)


def test_a_version_that_swaps_day_and_month_fails_for_its_dates(gate):
    response = gate(gate_versions.reads_dates_in_the_wrong_order)

    assert response["status"] == "fail"
    for file in (*MESSY, "hostile.csv"):
        assert "cells differ from the truth, the first in rows" in reason(response, file, "review_date")
    inferred = [line for line in response["reasons"] if "unknown_messy.csv" in line or "hostile.csv" in line]
    assert [line.split(": ")[2] for line in inferred] == ["review_date"] * 2
    # Where the source states the order, the dates of the other one are null.
    assert {line.split(": ")[2] for line in response["reasons"]} == {"review_date", "issues"}


def test_an_error_that_the_baseline_has_too_still_fails(gate):
    response = gate(gate_versions.maps_one_gender_to_null, gate_versions.maps_one_gender_to_null, only=CLEAN)

    assert response["status"] == "fail"


def test_a_version_that_corrects_an_error_of_its_baseline_passes_with_a_warning(gate):
    response = gate(gate_versions.unchanged, gate_versions.maps_one_gender_to_null, only=CLEAN)

    assert response["status"] == "warn"
    assert "missing share 0.000, was 0.133" in reason(response, CLEAN, "gender_norm")


def test_a_column_without_known_truth_is_compared_with_the_baseline(gate):
    response = gate(gate_versions.upper_cases_every_name, gate_versions.unchanged, only=CLEAN)

    assert response["status"] == "fail"
    assert "60 of 60 cells differ from the baseline" in reason(response, CLEAN, "customer_name")
    assert gate(gate_versions.upper_cases_every_name, only=CLEAN)["status"] == "pass"


def test_cells_that_move_to_other_rows_are_found_although_all_counts_agree(gate):
    response = gate(gate_versions.shuffles_a_column, gate_versions.unchanged, only=CLEAN)

    assert response["status"] == "fail"
    assert reason(response, CLEAN, "review_text") == (
        "fail: clean.csv: review_text: 60 of 60 cells differ from the baseline, the first in rows 1, 2, 3"
    )


def test_without_a_baseline_the_report_says_that_only_the_truth_was_compared(gate, store):
    response = gate(gate_versions.unchanged, only=CLEAN)

    assert (response["status"], response["baseline"]) == ("pass", None)
    assert "with the truth alone: there is no baseline" in read_text(store, response["page_key"])


def test_a_version_is_not_compared_with_itself(gate, store):
    response = gate(gate_versions.unchanged, gate_versions.unchanged, only=CLEAN, compared="7")

    assert response["baseline"] is None
    assert len([key for key in keys(store, ARTIFACTS) if key.startswith("gate/")]) == 1


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        (gate_versions.raises, "failed (RetryableError: "),
        (gate_versions.writes_no_dataset, "unreadable (no object at processed/gate/"),
        (gate_versions.counts_rows_that_it_does_not_write, "unreadable (its report counts "),
    ],
)
def test_a_version_that_raises_or_writes_nothing_fails(broken, outcome, gate):
    response = gate(broken, gate_versions.unchanged, only=CLEAN)

    assert response["status"] == "fail"
    assert outcome in reason(response, CLEAN, "outcome")
    assert reason(response, CLEAN, "outcome").endswith("must be processed")


def test_a_baseline_that_raises_is_only_a_warning_and_named_as_not_compared(gate, store):
    response = gate(gate_versions.unchanged, gate_versions.raises, only=CLEAN)

    assert response["status"] == "warn"
    assert response["comparisons"]["baseline"] == 1
    omitted, _ = response["not_compared"]
    assert omitted.startswith(
        "clean.csv: everything but the outcome (processed, was failed (RetryableError: "
    )
    assert "Not compared: clean.csv: everything" in read_text(store, response["page_key"])


def test_a_gate_without_time_fails_and_says_so(gate, store):
    response = gate(gate_versions.unchanged, gate_versions.unchanged, remaining_ms=80_000)

    assert response["status"] == "fail"
    assert response["reasons"] == [
        "fail: quality gate: time: ran out of time after 0 golden files; invoke it again"
    ]
    assert "ran out of time" in read_text(store, response["page_key"])


def lacks_a_condition(patch):
    conditions = etl_runtime._CONDITIONS | {"PutObject": ("IfMatch", "IfElse")}  # noqa: SLF001
    patch.setattr(etl_runtime, "_CONDITIONS", conditions)


def test_a_version_whose_sdk_lacks_conditional_writes_fails_with_that_reason(gate, store):
    response = gate(lacks_a_condition, gate_versions.unchanged, only=CLEAN)

    (only,) = response["reasons"]
    assert only.startswith("fail: version 7: conditional writes: in its SDK, PutObject lacks IfElse: ")
    assert response["runtimes"]["quality gate"]["conditional_writes"] == "supported"
    assert "PutObject lacks IfElse" in read_text(store, response["page_key"])


def test_a_gate_whose_sdk_lacks_conditional_writes_fails_too(gate, monkeypatch):
    lacks_a_condition(monkeypatch)
    response = gate(gate_versions.unchanged, only=CLEAN)

    assert [line.split(": ")[1] for line in response["reasons"]] == ["quality gate", "version 7"]


def test_a_version_that_does_not_tell_what_it_runs_on_is_named(gate):
    response = gate(gate_versions.has_no_runtime, only=CLEAN)

    assert response["status"] == "pass"
    assert "version 7 does not tell what it runs on" in response["not_compared"]


def test_the_number_of_comparisons_is_published(gate, store):
    response = gate(gate_versions.unchanged, gate_versions.renames_a_column, only=CLEAN)

    verdict, figures = json.loads(read_text(store, response["verdict_key"])), comparisons(response)
    assert response["comparisons"] == verdict["counts"] == figures["against"].value_counts().to_dict()
    assert verdict["files"][0]["comparisons"] == len(figures) == sum(verdict["counts"].values())
    columns = {f"clean.csv: column gender_norm{end}" for end in ("", "alised")}
    assert {*response["not_compared"]} == columns | {"retrieval is off"}
    counts = "{truth:,} with the truth and {baseline:,} with version 5".format_map(verdict["counts"])
    assert counts in read_text(store, response["page_key"])


def test_a_version_that_moves_rejected_rows_fails_for_its_keys(gate):
    response = gate(gate_versions.moves_rejected_rows, gate_versions.unchanged, only=MESSY[0])

    assert response["status"] == "fail"
    assert reason(response, MESSY[0], "keys") == (
        "fail: downtown_messy.csv: keys: "
        "rejected rejected/new/rejected/rejected_downtown_messy.csv.*.parquet, "
        "was rejected/rejected_downtown_messy.csv.*.parquet"
    )
    assert len(response["reasons"]) == 1


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "back"])
def test_between_contract_versions_1_and_2_all_is_compared_and_the_new_keys_are_a_warning(gate, forward):
    versions = [gate_versions.unchanged, gate_versions.follows_contract_1]
    response = gate(*(versions if forward else reversed(versions)))

    assert response["status"] == "warn"
    assert response["comparisons"] == {"truth": 344, "baseline": 624}
    assert response["not_compared"] == ["retrieval is off"]
    moved = [line for line in response["reasons"] if ": keys: " in line]
    assert moved == response["reasons"]
    assert [line.split(": ")[1] for line in moved] == [*MESSY, "unknown_messy.csv", "hostile.csv"]
    assert all(line.endswith("; intended by contract version 2") for line in moved)


def test_the_verdict_is_published_with_reasons_files_and_limits(gate, store):
    response = gate(gate_versions.maps_one_gender_to_null, gate_versions.unchanged, only=CLEAN)

    verdict = json.loads(read_text(store, response["verdict_key"]))
    assert (verdict["status"], verdict["version"], verdict["baseline"]) == ("fail", "7", "5")
    assert len(verdict["reasons"]) == len(response["reasons"])
    assert [(result["file"], result["rows"]["written"]) for result in verdict["files"]] == [(CLEAN, 60)]
    assert verdict["limits"]["cells"]["truth"] == {"warn": 0, "fail": 0.005}


def test_every_comparison_is_published_as_a_table(gate, store):
    response = gate(gate_versions.maps_one_gender_to_null, gate_versions.unchanged, only=CLEAN)

    figures = comparisons(response)
    assert set(figures["against"]) == {"truth", "baseline"}
    wrong = figures[(figures["against"] == "truth") & (figures["distance"] > 0)]
    assert "gender_norm" in set(wrong["subject"])
    assert len(figures) > len(wrong)


def test_a_gate_run_touches_no_real_data(gate, store):
    gate(gate_versions.unchanged, gate_versions.unchanged, only="hostile.csv")

    assert keys(store, RAW) == keys(store, PROCESSED) == []
    assert {key.split("/")[0] for key in keys(store, ARTIFACTS)} == {
        "gate",
        "processed",
        "rejected",
        "releases",
    }


def test_two_runs_have_separate_keys(gate, store):
    gate(gate_versions.unchanged, only=CLEAN, request="11111111-0")
    gate(gate_versions.unchanged, only=CLEAN, request="22222222-0")

    assert len({key.split("/")[1] for key in keys(store, ARTIFACTS) if key.startswith("gate/")}) == 2


def test_no_customer_name_is_in_verdict_report_or_log(gate, store, capsys):
    response = gate(gate_versions.upper_cases_every_name, gate_versions.unchanged, only=CLEAN)

    published = (
        read_text(store, response["verdict_key"])
        + read_text(store, response["page_key"])
        + "".join(capsys.readouterr())
    )
    assert "customer_name" in published
    assert "guest" not in published.replace("no guest of any restaurant", "").lower()


def test_the_html_report_escapes_messages_of_a_version(gate, store, monkeypatch):
    response = gate(
        lambda patch: patch.setattr("tastetrend_etl.invocation.ingest", returns_markup), only=CLEAN
    )

    page = read_text(store, response["page_key"])
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def returns_markup(*arguments):
    return gate_versions.ingest.IngestResult("key", "skipped", "<script>alert(1)</script>")

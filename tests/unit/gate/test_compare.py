"""Two results for a file are compared measure by measure, and limits give the status."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from tastetrend_gate.compare import compare
from tastetrend_gate.models import Comparison, Group, ReplayResult
from tastetrend_gate.verdict import collect_reasons, severity, worst_status

KINDS = {"location": pa.string(), "rating_1_5": pa.float64()}
CELLS = {"location": ["Rome", "Rome", "Oslo", None], "rating_1_5": [1.0, 2.0, 3.0, None]}
ROWS = {"read": 5, "written": 4, "rejected": 1, "duplicate": 0}


def table(rows=(1, 2, 3, 5), **changed):
    return pd.DataFrame(
        {name: pd.array(cells, pd.ArrowDtype(KINDS[name])) for name, cells in (CELLS | changed).items()},
        index=pd.Index(rows, name="source_row"),
    )


RESULT = ReplayResult(
    "processed",
    schema=(("location", "string"), ("rating_1_5", "double")),
    rows=ROWS,
    rejected={4: "ragged"},
    issues={"odd": frozenset({1})},
    table=table(),
    groups={"location": {"Rome": Group(2 / 3, -0.5), "Oslo": Group(1 / 3, 1.0)}},
)


def differences(against="truth", **changes):
    findings = compare("a.csv", replace(RESULT, **changes), RESULT, against)
    return [(found.subject, found.measure, found.figures) for found in findings if severity(found) != "pass"]


def test_equal_results_have_no_difference():
    assert differences() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"outcome": "rejected", "reason": "ragged_file"},
            [("outcome", "outcome", "rejected ragged_file, must be processed")],
        ),
        (
            {"schema": (("rating_1_5", "double"), ("location", "string"))},
            [("schema", "schema", "the columns have another order")],
        ),
        (
            {"schema": (("location", "string"), ("rating_1_5", "float"), ("new", "string"))},
            [("schema", "schema", "column new is new; column rating_1_5 float, must be double")],
        ),
        (
            {"rows": ROWS | {"read": 4, "written": 3}, "table": table().drop(index=5)},
            [("rows", "rows", "read 4, must be 5; written 3, must be 4; written rows lost: 1, the first 5")],
        ),
        (
            {"rejected": {4: "empty_row"}},
            [("rejections", "rejections", "row 4 empty_row, must be ragged")],
        ),
        (
            {"issues": {"odd": frozenset({1, 2, 5})}},
            [("issues", "issues", "2 rows carry other codes, the first 2, 5; odd 3, must be 1")],
        ),
        (
            {"groups": {"location": {"Rome": Group(0.5, -0.5), "Oslo": Group(0.5, 0.8)}}},
            [
                ("location", "group share", "group share of Oslo 0.500, must be 0.333"),
                ("location", "rating gap", "rating gap of Oslo 0.800, must be 1.000"),
            ],
        ),
        (
            {"table": table(rating_1_5=[1.0, None, 4.0, None])},
            [
                ("rating_1_5", "cells", "2 of 4 cells differ from the truth, the first in rows 2, 3"),
                ("rating_1_5", "missing share", "missing share 0.500, must be 0.250"),
                ("rating_1_5", "distribution", "distribution 0.667 away from the truth"),
            ],
        ),
    ],
)
def test_a_difference_is_reported_with_its_figures(changes, expected):
    assert differences(**changes) == expected


def test_a_difference_from_the_baseline_gives_the_baseline_value():
    ((_, _, figures),) = differences("baseline", rejected={})

    assert figures == "row 4 not rejected, was ragged"


def test_a_lost_row_is_reported_as_rows_only():
    groups = {"location": {"Rome": Group(1 / 2, -0.5), "Oslo": Group(1 / 2, 0.5)}}

    (lost,) = differences(table=table().drop(index=1), groups=groups, issues={})

    assert lost == ("rows", "rows", "written rows lost: 1, the first 1")


def test_the_spellings_of_a_group_are_compared_as_one():
    groups = {"location": {"Rome": Group(1.0, 0.0)}}

    assert differences(groups=groups, spellings={"location": {"Rome": "Rome", "Oslo": "Rome"}}) == []
    assert [figure[0] for figure in differences(groups=groups)] == ["location"] * 2


def test_numbers_that_differ_only_by_rounding_are_equal():
    assert differences(table=table(rating_1_5=[1.0000000001, 2.0, 3.0, None])) == []


def test_a_column_of_another_type_is_reported_by_the_schema_only():
    texts = pd.array(["1", "2", "3", None], pd.ArrowDtype(pa.string()))

    assert differences(table=table().assign(rating_1_5=texts)) == []


def comparison(against, distance, subject="stars"):
    return Comparison("a.csv", subject, "cells", against, distance, f"{against} {distance}")


@pytest.mark.parametrize(
    ("comparisons", "status"),
    [
        ([comparison("truth", 0.0), comparison("baseline", 0.0)], "pass"),
        ([comparison("truth", 0.004)], "warn"),
        ([comparison("truth", 0.006)], "fail"),
        ([comparison("baseline", 0.04)], "warn"),
        ([comparison("baseline", 0.06)], "fail"),
        ([comparison("truth", 0.0), comparison("baseline", 1.0)], "warn"),
        ([comparison("truth", 1.0), comparison("baseline", 0.0)], "fail"),
        ([comparison("truth", 0.0, "city"), comparison("baseline", 1.0)], "fail"),
    ],
)
def test_only_with_a_match_to_the_truth_a_difference_from_the_baseline_is_a_warning(comparisons, status):
    assert worst_status(collect_reasons(comparisons)) == status


def test_a_reason_has_only_the_figures_of_the_worst_status():
    (only,) = collect_reasons([comparison("truth", 1.0), comparison("baseline", 1.0)])

    assert str(only) == "fail: a.csv: stars: truth 1.0"


@pytest.mark.parametrize(
    ("version", "baseline", "status"), [(2, 1, "warn"), (1, 2, "warn"), (2, 2, "fail"), (1, 1, "fail")]
)
def test_a_change_that_the_contract_intends_is_a_warning_in_both_directions(version, baseline, status):
    def result(ids, contract_version):
        rows = table().assign(review_id=pd.array(ids, pd.ArrowDtype(pa.string())))
        return replace(RESULT, table=rows, contract_version=contract_version)

    reasons = collect_reasons(
        [*compare("a.csv", result([*"abcd"], version), result([*"efgh"], baseline), "baseline")]
    )

    assert [reason.subject for reason in reasons] == ["review_id"]
    assert worst_status(reasons) == status
    assert ("intended by contract version 2" in str(reasons[0])) == (status == "warn")

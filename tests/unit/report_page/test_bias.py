"""The page says what breaks a threshold of the bias report, and what that means."""

import copy

import pytest

from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review
from tests.unit.report_page.pages import parse


def reports_of(rows):
    return copy.deepcopy(run(file_of(rows, header=(*HEADER, "gender"))).reports)


def findings(validation, bias):
    page = parse(report_page.render_processed(validation, bias))
    return [each.text for each in page.only("section", id="bias").all("p", class_="finding")]


def mixed(women=50, men=50, others=2, unknown=0):
    """Return reviews: women rate 5, men 3, others 4."""
    genders = ["F"] * women + ["M"] * men + ["other"] * others + [""] * unknown
    stars = {"F": "5", "M": "3", "other": "4", "": "4"}
    return [review(number, gender=each, rating=stars[each]) for number, each in enumerate(genders, 1)]


def test_a_small_group_is_pointed_out():
    assert findings(*reports_of(mixed()))[0] == (
        "other is a small group, below 5 %: a mean of so few ratings (2 ratings) may be chance; "
        "do not compare it without its interval."
    )


def test_a_gap_whose_interval_excludes_the_mean_is_hardly_chance():
    validation, bias = reports_of(mixed(others=0))
    bias["columns"]["gender_norm"]["groups"]["female"]["mean_rating_ci95"] = [4.8, 5.0]

    assert findings(validation, bias)[0] == (
        "female rates 1.00 stars higher than all reviews (5.00 against 4.00); the interval excludes the mean "
        "of all, so chance hardly explains it. Look at what these reviews have in common before you conclude."
    )


@pytest.mark.parametrize("interval", [None, [3.8, 5.0]])
def test_other_gaps_may_be_chance(interval):
    validation, bias = reports_of(mixed(others=0))
    for group in bias["columns"]["gender_norm"]["groups"].values():
        group["mean_rating_ci95"] = interval and [interval[0] - 1, interval[1]]

    assert findings(validation, bias)[0] == (
        "female, male differ from the mean of all by more than 0.5 stars; the interval includes the mean of "
        "all, or is not known, so it may be chance."
    )


def test_missing_groups_are_pointed_out():
    assert findings(*reports_of(mixed(10, 10, 0, 30)))[0] == (
        "60 % of the rows (30 of 50) name no gender, more than 30 %: the table is of the other rows, whose "
        "reviewers may differ."
    )


def test_a_column_without_groups_says_so():
    assert findings(*reports_of(mixed(0, 0, 0, 9)))[0] == (
        "No row names its gender, so groups cannot be compared."
    )


def test_a_column_without_findings_says_so():
    rows = [review(number, gender="F" if number % 2 else "M", rating="4") for number in range(1, 41)]

    assert findings(*reports_of(rows))[0] == "No threshold is broken; every row names its gender."


def test_a_group_has_share_size_mean_and_interval():
    validation, bias = reports_of(mixed(others=0))
    groups = bias["columns"]["gender_norm"]["groups"]
    groups["female"]["mean_rating_ci95"], groups["male"]["mean_rating_ci95"] = None, [2.75, 3.25]

    rows = parse(report_page.render_processed(validation, bias)).rows("Groups by gender")
    assert [row[:3] + row[4:6] + row[7:] for row in rows] == [
        ["female", "50", "50 %", "50", "5.00", "rating gap"],
        ["male", "50", "50 %", "50", "3.00 (2.75 to 3.25)", "rating gap"],
    ]


def test_of_many_groups_those_with_a_gap_and_the_largest_are_shown():
    rows = [
        review(i, location=f"Place {'abcdefghijklmnopqrstuvwxy'[i % 25]}", rating="4") for i in range(250)
    ]
    rows += [review(300 + i, location="Rare", rating="1") for i in range(3)]

    validation, bias = reports_of(rows)
    groups = bias["columns"]["location"]["groups"]
    groups["Rare"]["mean_rating_ci95"] = [1.0, 1.0]

    page = parse(report_page.render_processed(validation, bias))
    shown = [row[0] for row in page.rows("Groups by location")]
    assert findings(validation, bias)[-1] == "Of 26 groups, about 1 have such an interval by chance."
    assert len(shown) == 20
    assert shown[-1] == "Rare"
    assert " ".join(page.only("section", id="bias").text.split()).count("6 more groups") == 1

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


FEW = "may be chance and has no interval; do not compare it."


@pytest.mark.parametrize(
    ("small", "finding"),
    [
        ({"other": 2}, f"other is a small group, below 5 %: a mean of so few ratings (2 ratings) {FEW}"),
        ({"other": 1}, f"other is a small group, below 5 %: a mean of so few ratings (1 rating) {FEW}"),
        (
            {"other": 1, "non-binary": 3},
            "non_binary, other are small groups, below 5 %: a mean of so few ratings (1 to 3 ratings) " + FEW,
        ),
    ],
)
def test_a_small_group_is_pointed_out(small, finding):
    genders = [*["F", "M"] * 50, *(gender for gender, rows in small.items() for _ in range(rows))]
    rows = [review(number, gender=each, rating="4") for number, each in enumerate(genders, 1)]

    assert findings(*reports_of(rows))[0] == finding


def test_a_small_group_without_ratings_has_no_mean():
    assert findings(*reports_of([*mixed(others=0), review(900, gender="other", rating="")]))[0] == (
        "other is a small group, below 5 %, of which no row has a rating."
    )


def test_a_small_group_of_many_ratings_is_compared_by_its_interval():
    assert findings(*reports_of(mixed(400, 400, 30)))[0] == (
        "other is a small group, below 5 %: compare the mean (30 ratings) by the interval only."
    )


def test_a_gap_of_two_equal_ratings_may_be_chance():
    rows = [review(number, rating="3") for number in range(1, 21)]
    rows += [review(number, rating="5", gender="other") for number in (21, 22)]
    found = " ".join(findings(*reports_of(rows)))

    assert "chance hardly explains" not in found
    assert "other differs from the mean of all by more than 0.5 stars; it may be chance" in found


def test_a_star_as_the_name_of_a_location_is_no_missing_group():
    rows = [review(number, location="*" if number < 6 else "Uptown") for number in range(1, 201)]
    found = " ".join(findings(*reports_of(rows)))

    assert "* is a small group" in found
    assert "name no location" not in found


def test_an_axis_ends_at_five_stars():
    validation, bias = reports_of([review(number, gender="F", rating="5") for number in range(1, 9)])

    assert (
        "From 4.5 to 5"
        in parse(report_page.render_processed(validation, bias)).only("section", id="bias").text
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
        "female, male differ from the mean of all by more than 0.5 stars; it may be chance, as the interval "
        "includes the mean of all or there are too few ratings for one."
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
    rows += [review(300 + i, location="Rare", rating="1") for i in range(5)]

    validation, bias = reports_of(rows)
    groups = bias["columns"]["location"]["groups"]
    groups["Rare"]["mean_rating_ci95"] = [1.0, 1.0]

    page = parse(report_page.render_processed(validation, bias))
    shown = [row[0] for row in page.rows("Groups by location")]
    assert findings(validation, bias)[-1] == "Of 26 groups, about 1 have such an interval by chance."
    assert len(shown) == 20
    assert shown[-1] == "Rare"
    assert " ".join(page.only("section", id="bias").text.split()).count("6 more groups") == 1

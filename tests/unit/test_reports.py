"""The reports are complete: each figure has what it refers to, each code a sentence."""

import re
import statistics
from pathlib import Path

import pytest

from tastetrend_etl.limits import THRESHOLDS
from tastetrend_etl.validate import meanings
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews


def reports_of(rows, *more_columns):
    validation, bias = run(file_of(rows, header=(*HEADER, *more_columns))).reports
    return validation, bias


def test_ratings_are_counted_in_bins_of_half_a_star():
    ratings = ["4.5", "4.5", "3.5", "4", "1", "4.25", "4.2"]
    validation, _ = reports_of([review(number, rating=rating) for number, rating in enumerate(ratings, 1)])

    assert validation["rating"]["distribution"] == {"1": 1, "3.5": 1, "4": 2, "4.5": 3}


def test_a_share_stands_beside_its_count_and_the_rows_it_is_of():
    rows = [*reviews(6), *reviews(1), review(8, rating=""), review(9, rating="", review_text="")]
    validation, bias = reports_of(rows)

    checks = {check["name"]: check for check in validation["checks"]}
    assert [checks["rejected_share"][name] for name in ("count", "of")] == [1, 9]
    assert [checks["duplicate_share"][name] for name in ("count", "of")] == [1, 9]
    assert [checks["missing_rating_share"][name] for name in ("count", "of")] == [1, 7]
    assert checks["mixed_scale"]["of"] is None
    assert (validation["missing"]["rating_raw"], validation["missing_share_of"]) == (1, 7)
    assert validation["rejections"]["empty_row"]["of"] == 9
    assert bias["columns"]["gender_norm"]["missing_share_of"] == 7
    assert bias["columns"]["gender_norm"]["missing"] == 7
    assert bias["columns"]["location"]["groups"]["Downtown"]["share_of"] == 7


def test_an_unknown_word_is_counted_by_its_column():
    rows = [*reviews(5), review(6, gender="X", ethnicity="Martian"), review(7, gender="X")]
    validation, _ = reports_of(rows, "gender", "ethnicity")

    issue = validation["issues"]["unmapped_category"]
    assert (issue["count"], issue["of"]) == (2, 7)
    assert issue["columns"] == {"gender": 2, "ethnicity": 1}


def test_words_that_may_be_of_a_person_are_withheld_and_counted():
    words = ["X", "X", "Ann Lee", "+44 7700 900123", "555-0123", "a@b.org", "Ann"]
    rows = [review(number, gender=word) for number, word in enumerate(words, 1)]
    validation, _ = reports_of(rows, "gender")

    assert validation["unmapped_words"] == {"gender": {"X": 2}}
    assert validation["unmapped_withheld"] == {"gender": {"words": 5, "rows": 5}}


@pytest.mark.parametrize("age", ["17", "18-65", "121", "over 30", "<18", "Under 18", "0 to 99", "20+"])
def test_an_unknown_age_is_shown(age):
    validation, _ = reports_of([*reviews(3), review(4, age_range=age)], "age_range")

    assert validation["unmapped_words"] == {"age_range": {age: 1}}
    assert validation["unmapped_withheld"] == {"age_range": {"words": 0, "rows": 0}}


@pytest.mark.parametrize("number", ["5550123", "555-0123", "555 123", "07700 900", "12 Elm Street"])
def test_a_number_that_may_be_of_a_person_is_no_age(number):
    validation, _ = reports_of([*reviews(3), review(4, age_range=number)], "age_range")

    assert validation["unmapped_words"] == {"age_range": {}}
    assert validation["unmapped_withheld"] == {"age_range": {"words": 1, "rows": 1}}


def test_a_column_of_many_unknown_words_may_hold_names():
    letters = "abcdefghijklmnop"
    rows = [review(number, gender=f"Name{letter}") for number, letter in enumerate(letters, 1)]
    rows += [review(number, gender="Other word") for number in range(21, 26)]
    validation, _ = reports_of(rows, "gender")

    assert validation["unmapped_words"] == {"gender": {"Other word": 5}}
    assert validation["unmapped_withheld"] == {"gender": {"words": 16, "rows": 16}}


def test_the_report_says_what_examples_are():
    validation, _ = reports_of([*reviews(3), review(4, date="soon")])

    assert validation["issues"]["date_unparseable"]["examples"] == [4]
    assert "source_row" in validation["notes"]["examples"]


@pytest.mark.parametrize(
    ("dates", "day_first", "ambiguous"),
    [
        (["2020-03-04", "5 March 2020", "04.03.2020", "05/05/2020"], None, 0),
        (["2020-03-04", "13/03/2020"], True, 0),
        (["13/03/2020", "03/04/2020", "Visited on 04/05/2020"], True, 2),
        (["03/13/2020", "03/04/2020 10:00"], False, 1),
        (["03/04/2020"], False, 1),
    ],
)
def test_the_order_of_dates_is_told_where_there_is_one(dates, day_first, ambiguous):
    validation, _ = reports_of([review(number, date=date) for number, date in enumerate(dates, 1)])

    assert validation["dates"]["day_first"] is day_first
    assert validation["dates"]["ambiguous"] == ambiguous


def test_the_spellings_of_a_location_are_one_group():
    names = ["Harbour", "Harbour", "harbour", " HARBOUR ", "Harbour, 7 Quay Road", "Old-Town", "Old Town"]
    rows = [
        review(number, location=name, rating="4" if "H" in name.upper() else "2")
        for number, name in enumerate(names, 1)
    ]
    dataset = run(file_of(rows))
    location = dataset.reports[1]["columns"]["location"]

    counts = {name: (group["count"], group["mean_rating"]) for name, group in location["groups"].items()}
    assert counts == {"Harbour": (5, 4.0), "Old Town": (2, 2.0)}
    assert location["spellings"] == {
        "Harbour": ["Harbour", "HARBOUR", "Harbour, 7 Quay Road", "harbour"],
        "Old Town": ["Old Town", "Old-Town"],
    }
    assert dataset.table["location"].to_pylist() == [name.strip() for name in names]


@pytest.mark.parametrize(
    "names",
    [
        ["Paris, 1 Rue A", "Paris, 2 Rue B", "Paris"],  # two restaurants
        ["Paris, Texas", "Paris"],
        ["Harbour, 7 Quay Road", "Uptown"],
        ["Café", "Cafe"],
        ["東京", "大阪"],
        ["!", "?"],
    ],
)
def test_locations_that_may_differ_are_groups_of_their_own(names):
    _, bias = reports_of([review(number, location=name) for number, name in enumerate(names, 1)])

    assert bias["columns"]["location"]["groups"].keys() == set(names)
    assert bias["columns"]["location"]["spellings"] == {}


def test_every_check_has_a_sentence():
    validation, _ = reports_of(reviews(3))

    assert meanings.CHECKS.keys() == THRESHOLDS.keys()
    assert all(check["meaning"].endswith(".") for check in validation["checks"])


def test_every_issue_has_a_sentence(monkeypatch):
    known = set()
    for kind in ("reviews", "restaurants"):
        monkeypatch.setattr(f"tastetrend_etl.pipeline.transform_{kind}", recorded(kind, known))
    run("rating,review_text\n5,Crème brûlée\n".encode("cp1252"))
    run(b"rating,review_text\n5,Good, but loud\n4,Fine, cheap\n")
    run(b"restaurant_name,address,avg_stars,total_reviews\nA,b,4,5\n")

    assert known | {"encoding_uncertain"} == meanings.ISSUES.keys()


def test_every_reason_has_a_sentence():
    contract = (Path(__file__).parents[2] / "docs" / "data-contract.md").read_text(encoding="utf-8")
    named = contract.partition("Reasons: ")[2].partition("\n\n")[0]

    assert {*re.findall(r"`([a-z]+(?:_[a-z]+)*)`", named)} == meanings.REJECTIONS.keys()


def recorded(kind, codes):
    """Return the step that transforms a kind of rows; it adds all codes that it can give to a set."""
    module = __import__(f"tastetrend_etl.transform.transform_{kind}", fromlist=["_"])
    original = getattr(module, f"transform_{kind}")

    def transform(*arguments):
        transformed = original(*arguments)
        codes.update(transformed.issues)
        return transformed

    return transform


def test_ratings_before_rescaling_are_counted_by_scale_in_tenths_of_it():
    ratings = ["9", "7", "0", "4 out of 5", "4.5/5", "7", "85%", "no idea"]
    file = file_of([review(number, rating=rating) for number, rating in enumerate(ratings, 1)])
    validation, _ = run(file.replace(b"rating", b"rating_out_of_10", 1)).reports

    assert validation["rating"]["delivered"] == {
        "5": {"4": 1, "4.5": 1},
        "10": {"0": 1, "7": 2, "9": 1},
        "100": {"90": 1},
    }


def test_reviews_are_counted_by_month():
    dates = ["2024-05-03", "2024-05-31", "2023-12-01", "", "no date"]
    validation, _ = reports_of([review(number, date=date) for number, date in enumerate(dates, 1)])

    assert validation["dates"]["by_month"] == {"2023-12": 1, "2024-05": 2}


def test_a_mean_has_an_interval_from_30_ratings_and_a_standard_deviation_from_two():
    ratings = {"A": ["1", "2", "4", "5"] * 8, "B": ["5"] * 29, "C": [""], "D": ["3"] * 30, "E": ["5"]}
    pairs = [(location, rating) for location, each in ratings.items() for rating in each]
    _, bias = reports_of(
        [review(number, location=each, rating=rating) for number, (each, rating) in enumerate(pairs, 1)]
    )

    groups = bias["columns"]["location"]["groups"]
    deviation = statistics.stdev([1, 2, 4, 5] * 8)
    assert groups["A"]["rating_stddev"] == pytest.approx(deviation, abs=1e-6)
    margin = 1.96 * deviation / 32**0.5
    assert groups["A"]["mean_rating_ci95"] == pytest.approx([3 - margin, 3 + margin], abs=1e-3)
    assert [groups[name]["mean_rating_ci95"] for name in "BCDE"] == [None, None, [3, 3], None]
    assert [groups[name]["rating_stddev"] for name in "BCDE"] == [0, None, 0, None]

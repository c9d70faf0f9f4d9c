"""Dates, ratings, ages and null values are read in the forms that people and programs write."""

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews


@pytest.mark.parametrize("word", ["#N/A", "#n/a", r"\N", "(null)", "(NULL)", "<NA>", "--", " -- "])
def test_R30_null_values_of_spreadsheets_and_databases_are_null(word, send):
    fields = ("customer_name", "date", "review_text", "gender", "total_spent")
    row = review(41, **dict.fromkeys(fields, word))

    written = send(file_of([*reviews(40), row], header=(*HEADER, "gender", "total_spent"))).rows[40]

    outputs = ("customer_name", "review_date", "review_text", "gender", "total_spent")
    assert {written[name] for name in outputs} == {None}
    assert written["issues"] == []


@pytest.mark.parametrize("word", ["#N/A", r"\N", "(null)", "<NA>", "--"])
def test_R30_a_null_value_is_no_unparseable_rating(word, send):
    written = send(file_of([*reviews(40), review(41, rating=word)])).rows[40]

    assert (written["rating_1_5"], written["rating_scale"], written["issues"]) == (None, None, [])

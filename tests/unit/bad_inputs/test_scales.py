"""A rating is read on the scale of its own column, whichever others the file has."""

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, review


def rated(ratings, column="rating"):
    return [review(number, **{column: str(rating)}) for number, rating in enumerate(ratings, 1)]


def header_with(*columns):
    return tuple(name for name in HEADER if name != "rating") + columns


@pytest.mark.parametrize(("column", "scale"), [("rating_out_of_10", 10), ("rating_out_of_100", 100)])
def test_R31_zero_is_the_worst_answer_of_a_scale_that_begins_at_zero(column, scale, send):
    delivery = send(file_of(rated([0, scale, 0], column), header=header_with(column)))

    assert delivery.column("rating_1_5") == [1.0, 5.0, 1.0]
    assert delivery.report["issues"] == {}


def test_R31_zero_is_the_worst_answer_on_a_scale_of_ten_that_is_inferred(send):
    delivery = send(file_of(rated([*range(11)] * 10)))

    assert delivery.rows[0]["rating_1_5"] == 1.0
    assert delivery.report["rating"]["scales_used"] == {"10": 110}
    assert delivery.report["issues"] == {}


@pytest.mark.parametrize("cell", ["0/5", "0 stars", "-1/10"])
def test_R31_no_star_and_a_negative_number_are_out_of_scale(cell, send):
    row = send(file_of(rated([cell]))).rows[0]

    assert (row["rating_1_5"], row["issues"]) == (None, ["rating_out_of_scale"])


@pytest.mark.parametrize(("many", "few"), [(989, 11), (194, 6), (92, 8)])
def test_R32_a_few_ratings_above_5_do_not_halve_all_others(many, few, send):
    ratings = [place % 5 + 1 for place in range(many)] + [place % 5 + 6 for place in range(few)]

    delivery = send(file_of(rated(ratings)))

    assert delivery.report["rating"]["scale"] == 5
    assert delivery.column("rating_1_5") == [*map(float, ratings[:many]), *[None] * few]
    assert delivery.report["issues"]["rating_out_of_scale"]["count"] == few
    assert delivery.report["status"] == "warn"


def test_R38_each_of_two_rating_columns_has_its_own_scale(send):
    rows = [review(number, rating=str(number % 5 + 1), score="") for number in range(1, 31)]
    rows += [review(30 + number, rating="", score=str(number % 10 + 1)) for number in range(1, 31)]

    delivery = send(file_of(rows, header=(*HEADER, "score")))

    expected = [float(row["rating"]) for row in rows[:30]]
    assert delivery.column("rating_1_5") == expected + [max(1.0, int(row["score"]) / 2) for row in rows[30:]]
    assert delivery.column("rating_scale") == [5] * 30 + [10] * 30
    assert delivery.report["status"] == "pass"


@pytest.mark.parametrize("names", [("rating", "rating_out_of_10"), ("rating_out_of_10", "rating")])
def test_R38_a_scale_in_the_name_of_one_column_is_not_that_of_the_other(names, send):
    rows = [review(1, rating="4", rating_out_of_10=""), review(2, rating="", rating_out_of_10="4")]

    delivery = send(file_of(rows, header=header_with(*names)))

    assert delivery.column("rating_1_5") == [4.0, 2.0]
    assert delivery.report["issues"] == {}


def test_R38_a_column_whose_scale_shows_late_is_read_again_on_it(send):
    rows = [review(number, rating=str(number % 5 + 1), score="") for number in range(1, 1_101)]
    rows += [review(1_100 + number, rating="", score=str(number % 10 + 1)) for number in range(1, 31)]

    delivery = send(file_of(rows, header=(*HEADER, "score")))

    assert delivery.report["rating"]["scales_used"] == {"5": 1_100, "10": 30}

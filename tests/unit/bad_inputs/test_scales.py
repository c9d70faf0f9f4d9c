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

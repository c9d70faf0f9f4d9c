"""Columns are mapped by their names, and raw values are kept unchanged."""

import json

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews


def columns(*names):
    return (*HEADER, *names)


def test_F12_of_two_columns_for_one_field_the_first_value_that_is_not_null_is_used(send):
    rows = [review(1, guest_name="Zed"), review(2, customer_name="n/a", guest_name="Zed")]

    delivery = send(file_of(rows, header=columns("guest_name")))

    assert delivery.column("customer_name") == ["Guest 1", "Zed"]
    assert delivery.report["column_mapping"]["customer_name"] == ["customer_name", "guest_name"]


def test_F12_a_column_name_may_occur_twice(send):
    body = b"rating,rating,review_text\n,4,MK00001\n5,4,MK00002\n"

    delivery = send(body)

    assert delivery.column("rating_raw") == ["4", "5"]
    assert delivery.report["column_mapping"]["rating"] == ["rating", "rating"]


def test_F13_unknown_columns_are_kept(send):
    rows = [review(1, mood='so "so"', Table="7"), review(2, mood="N/A"), review(3)]

    delivery = send(file_of(rows, header=columns("mood", "Table")))

    extra = [text and json.loads(text) for text in delivery.column("extra")]
    assert extra == [{"mood": 'so "so"', "Table": "7"}, None, None]
    assert delivery.report["columns_in_extra"] == ["mood", "Table"]


def test_F13_columns_without_a_name_or_with_equal_names_are_all_kept(send):
    delivery = send(b"rating,mood,,mood,\n4,a,b,c,d\n")

    assert set(json.loads(delivery.rows[0]["extra"]).values()) == {"a", "b", "c", "d"}


def test_F14_a_file_without_reviews_is_rejected_with_the_closest_column_names(send):
    delivery = send(b"reviewerr,raiting,colour\nAl,4,red\n")

    assert (delivery.action, delivery.reason) == ("rejected", "not_reviews")
    assert "`reviewerr` → `customer_name`?" in delivery.report["message"]
    assert "`raiting` → `rating`?" in delivery.report["message"]


@pytest.mark.parametrize("column", ["rating", "review_text"])
def test_F14_a_rating_or_a_text_is_enough(column, send):
    assert send(f"{column}\n4\n".encode()).action == "processed"


def test_F21_a_thousand_columns_are_kept(send):
    names = [f"question {number}" for number in range(1000)]
    rows = [review(number, **{name: f"{number}-{name}" for name in names}) for number in range(1, 30)]

    delivery = send(file_of(rows, header=columns(*names)))

    assert json.loads(delivery.rows[28]["extra"])["question 999"] == "29-question 999"
    assert delivery.holds_each_mark_once(29)


def test_F21_more_than_two_thousand_columns_are_rejected(send):
    names = [f"q{number}" for number in range(2_001)]

    assert send(file_of(reviews(2), header=columns(*names))).reason == "too_many_columns"


def test_F22_restaurant_info_is_reference_data_and_not_reviews(send):
    body = (
        b"restaurant_name,address,avg_stars,total_reviews\n"
        b"TasteTrend Downtown,1 Main St,4.2,614\n,2 Side St,4,5\nTasteTrend Uptown,3 Hill St,six,-1\n"
        b"TasteTrend Eastside,4 Bay St,5.1,1e30\n"
    )

    delivery = send(body, "restaurants.csv")

    assert delivery.report["source"]["kind"] == "restaurant_info"
    assert delivery.column("avg_stars") == [4.2, None, None]
    assert delivery.column("total_reviews") == [614, None, None]
    assert [row["issues"] for row in delivery.rows[1:]] == [
        ["avg_stars_invalid", "total_reviews_invalid"]
    ] * 2
    assert delivery.reasons == {2: "empty_row"}


@pytest.mark.parametrize(
    "source_id", ["007", "1e5", "12345678901234567890", " 12 ", "1.0", "True", "NA", "é-1"]
)
def test_F25_an_id_is_kept_unchanged(source_id, send):
    delivery = send(file_of([review(1), review(2, review_id=source_id)]))

    assert delivery.rows[1]["source_review_id"] == source_id


@pytest.mark.parametrize(
    ("word", "kept"),
    [("NA", None), ("null", None), ("True", "True"), ("0", "0"), ("nullable", "nullable"), ("1e5", "1e5")],
)
@pytest.mark.parametrize("field", ["customer_name", "review_text"])
def test_F25_only_null_values_are_null(field, word, kept, send):
    assert send(file_of([review(1, **{field: word})])).column(field) == [kept]

"""Repeated headers and totals are no reviews, however they are written; a review like them is one."""

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, line, review, reviews, text_of


@pytest.mark.parametrize(
    "rename",
    [str.upper, str.title, lambda name: f" {name} ", lambda name: name.replace("_", " ").title() + ":"],
    ids=["upper case", "title case", "padded", "words"],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_F51_a_header_in_another_spelling_is_a_repeated_header(rename, mark, send):
    body = text_of(reviews(3)) + mark + line(map(rename, HEADER)) + text_of(reviews(6)[3:]).partition("\n")[2]

    delivery = send(body.encode())

    assert delivery.reasons == {4: "repeated_header"}
    assert delivery.holds_each_mark_once(6)


def test_F51_a_text_like_the_only_column_name_is_a_review(send):
    delivery = send(b"review\nNice\nReview!\nREVIEW\n")

    assert delivery.column("review_text") == ["Nice", "Review!", "REVIEW"]


def test_F51_a_row_that_repeats_only_some_names_is_a_review(send):
    rows = [*reviews(3), review(4, customer_name="Customer name", review_text="Review text", rating="Rating")]

    assert len(send(file_of(rows)).rows) == 4


@pytest.mark.parametrize(
    "total",
    [
        ["", "Average", "", "3.9", "", "", ""],
        ["", "", "Total", "30", "", "", ""],
        ["-", "Average rating", "", "3.9", "", "", ""],
        ["Gesamt", "", "", "3.9", "", "", ""],
        ["", "Grand total: 6", "", "3.9", "", "", ""],
    ],
)
def test_R23_a_total_in_one_of_the_first_columns_is_not_a_review(total, send):
    delivery = send(file_of(reviews(6)) + line(total).encode())

    assert delivery.reasons == {7: "not_a_review"}


@pytest.mark.parametrize(
    "guest",
    [
        {"customer_name": "Total Stranger", "review_id": ""},
        {"customer_name": "Count Olaf", "review_id": ""},
        {"customer_name": "Sum"},
        {"customer_name": "Sum", "review_id": "", "date": "2020-01-01"},
        {"customer_name": "", "review_id": "", "rating": "average"},
        {"customer_name": "", "review_id": "", "review_text": "Total waste"},
    ],
)
def test_R23_a_guest_or_a_rating_with_such_a_word_is_a_review(guest, send):
    rows = [*reviews(6), review(7, **{"review_text": "", "date": ""} | guest)]

    assert len(send(file_of(rows)).rows) == 7


def test_R23_a_rating_of_a_word_in_the_first_column_is_a_review(send):
    body = b"rating,customer_name,review_text\naverage,,\n4,Bo,good\n"

    assert send(body).column("rating_raw") == ["average", "4"]

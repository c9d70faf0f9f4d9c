"""A text with delimiters and without quotes is one cell, if the spaces behind them show whose they are."""

import pytest

from tests.unit.bad_inputs.reviews import file_of, mark, reviews

HEADER = "review_id,date,rating,review_text,location"
TEXTS = ("Good", "Warm, but loud", "Fine, cheap, quick", "Slow,loud, cold", 'The "best" soup, ever')


def table(texts, header=HEADER, *, behind=",Leeds"):
    lines = (
        f"{number},2024-05-{number:02d},{number % 5 + 1},{text}{behind}"
        for number, text in enumerate(texts, 1)
    )
    return "\n".join([header, *lines]).encode()


@pytest.mark.parametrize(
    ("header", "behind"), [(HEADER, ",Leeds"), (HEADER.removesuffix(",location"), "")], ids=["within", "last"]
)
def test_F81_a_text_with_unquoted_commas_is_one_cell(header, behind, send):
    delivery = send(table(TEXTS, header, behind=behind))

    assert delivery.column("review_text") == list(TEXTS)
    assert delivery.column("rating_1_5") == [2.0, 3.0, 4.0, 5.0, 1.0]
    assert delivery.column("location") == ["Leeds" if behind else None] * 5
    assert delivery.report["issues"]["unquoted_delimiter"]["examples"] == [2, 3, 4, 5]
    assert [row["issues"] for row in delivery.rows[:2]] == [[], ["unquoted_delimiter"]]


def test_F81_every_row_may_have_such_a_text(send):
    texts = [f"Good, but loud, {mark(number)}" for number in range(1, 9)]

    delivery = send(table(texts))

    assert delivery.column("review_text") == texts
    assert delivery.report["issues"]["unquoted_delimiter"]["count"] == 8


def test_F81_a_row_whose_numbers_or_dates_would_not_fit_is_rejected(send):
    delivery = send(table(TEXTS) + b"\n6,A, B,2024-05-06,4,Fine,Leeds")

    assert delivery.reasons == {6: "ragged"}
    assert len(delivery.rows) == 5


def test_F81_facts_of_restaurants_are_read_likewise(send):
    rows = [f"Inn {n},{n} High Street, Leeds,4.{n},1{n}\n" for n in range(1, 5)]

    delivery = send(("restaurant_name,address,avg_stars,total_reviews\n" + "".join(rows)).encode())

    assert delivery.column("address") == [f"{n} High Street, Leeds" for n in range(1, 5)]
    assert delivery.report["issues"]["unquoted_delimiter"]["count"] == 4


@pytest.mark.parametrize(
    "rows",
    [
        ["1,2024-05-01,4,Good,cheap,Leeds", "2,2024-05-02,5,Warm,loud,Leeds"],
        ["1,2024-05-01,4,Good, cheap,Leeds", "2,2024-05-02,5,Warm,Leeds, North"],
        ["1,2024-05-01,4,Good, cheap,Leeds", "2,2024-05-02,5,Warm,loud,Leeds"],
    ],
    ids=["no spaces", "two columns", "one row only"],
)
def test_F82_unquoted_commas_of_no_certain_column_reject_the_file_with_advice(rows, send):
    delivery = send("\n".join([HEADER, *rows]).encode())

    assert delivery.reason == "ragged_file"
    assert "put the texts in the column `review_text` in quotes" in delivery.report["message"]
    assert "Warm" not in delivery.report["message"]


def test_F82_commas_in_quoted_texts_do_not_join_a_row_that_is_too_long(send):
    long = [f"{number},Guest,2020-03-01,4,{mark(number)}, more,Leeds,Inn\n" for number in (10, 11, 12)]

    delivery = send(file_of(reviews(9)) + "".join(long).encode())

    assert delivery.reasons == {10: "ragged", 11: "ragged", 12: "ragged"}
    assert delivery.holds_each_mark_once(12)

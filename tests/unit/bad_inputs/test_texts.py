"""Review texts keep every code point; empty rows and duplicates are detected."""

import json
from itertools import permutations

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, mark, review, text_of


@pytest.mark.parametrize(
    "text",
    [
        "😀 👨\u200d👩\u200d👧",
        "אוכל טוב \u202eabc\u202c",
        "e\u0301 is not \u00e9",
        "a\u200bb\u2060c",
        "\\ud83d",
        "\u2066isolated\u2069",
        "\ufb01ne ㍿ ½",
    ],
)
def test_R10_every_code_point_is_kept(text, send):
    delivery = send(file_of([review(1, review_text=text)]))

    assert delivery.column("review_text") == [text]
    assert delivery.column("review_length") == [len(text)]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([review(1), review(2, review_text="half \ud83d of it")]).encode(),
        text_of(
            [
                review(1, customer_name="Zoë", location="Käsmark", restaurant_name="Çé"),
                review(2, review_text="half ~ of it"),
            ]
        )
        .encode()
        .replace(b"~", b"\xed\xa0\xbd"),
    ],
    ids=["json", "delimited"],
)
def test_R10_a_lone_surrogate_is_replaced_alone(body, send):
    delivery = send(body)

    assert delivery.rows[1]["review_text"].replace("\ufffd", "") == "half  of it"
    assert [row["issues"] for row in delivery.rows] == [[], ["undecodable_text"]]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> &amp;",
        "Robert'); DROP TABLE reviews;--",
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "{{7*7}} ${jndi:ldap://x} %s %(name)s",
    ],
)
def test_R11_markup_formulas_and_sql_are_kept_unchanged(text, send):
    assert send(file_of([review(1, review_text=text)])).column("review_text") == [text]


def test_R12_a_review_of_a_megabyte_is_kept_completely(send):
    text = "é" + "long " * 209_715 + "end"

    delivery = send(file_of([review(1), review(2, review_text=text), review(3)]))

    row = delivery.rows[1]
    assert row["review_text"] == text
    assert row["review_text_trunc"] == text[:2_000]
    assert row["review_length"] == len(text)


def test_R12_a_record_longer_than_a_block_is_kept_completely(send):
    text = "食" * 1_500_000

    delivery = send(file_of([review(1), review(2, review_text=text), review(3)]))

    assert [len(row["review_text"]) for row in delivery.rows][1] == len(text)
    assert delivery.column("source_row") == [1, 2, 3]


def test_R12_a_long_review_is_kept_beside_a_stray_quote(send):
    text = "long " * 209_715 + "end"
    body = text_of([review(1, review_text="~"), review(2, review_text=text)]).replace("~", '"a 5" pizza"')

    assert send(body.encode()).rows[1]["review_text"] == text


@pytest.mark.parametrize("cells", [{"rating": "", "review_text": ""}, dict.fromkeys(HEADER, "")])
def test_R13_a_row_without_rating_and_text_is_rejected(cells, send):
    delivery = send(file_of([review(1), review(2, **cells), review(3)]))

    assert delivery.reasons == {2: "empty_row"}


def test_R13_the_rejected_row_has_the_raw_record(send):
    delivery = send(file_of([review(1), review(2, rating=" ", review_text="n/a", location=mark(2))]))

    assert delivery.rejected[0]["raw"] == f"2,Guest 2,2020-03-03, ,n/a,{mark(2)},TasteTrend"


def test_R14_a_repeated_row_is_a_duplicate_unless_the_review_differs(send):
    first = review(7, customer_name="Al", review_text="same")
    rows = [first, first, first | {"review_id": "7_dup"}, first | {"customer_name": "AL"}]

    delivery = send(file_of(rows))

    assert delivery.column("source_row") == [1, 4]
    assert [delivery.report["duplicates"][name] for name in ("count", "examples")] == [2, [2, 3]]


def test_R14_a_repeated_row_without_text_is_a_duplicate(send):
    first = review(7, review_text="")
    ids = ["7_dup", "7_dup_dup", " 7", "7_dup ", "8"]
    rows = [first, *(first | {"review_id": source_id} for source_id in ids), first | {"rating": "5"}]

    assert send(file_of(rows)).column("source_row") == [1, 6, 7]


def test_R15_rows_without_text_are_not_duplicates_of_each_other(send):
    rows = [review(number, review_text="", customer_name="", date="") for number in range(1, 301)]

    delivery = send(file_of(rows))

    assert len(delivery.rows) == len(set(delivery.column("review_id"))) == 300


def test_R15_a_row_without_text_is_not_a_duplicate_of_a_review_with_the_same_words_in_other_cells(send):
    header = ("review_id", "review_text", "rating", "customer_name", "date", "restaurant_name")
    rows = [("1", "5", "4", "Ann", "2020-01-01", "Bo"), ("", "", "5", "Ann", "2020-01-01", "Bo")]

    delivery = send("\n".join(map(",".join, (header, *rows))).encode())

    assert delivery.column("source_row") == [1, 2]


@pytest.mark.parametrize(
    ("left", "right"), list(permutations(("customer_name", "restaurant_name", "review_id", "rating"), 2))
)
def test_R15_a_character_moved_to_another_cell_changes_the_review_id(send, left, right):
    rows = [review(3, review_text="") | {left: "11", right: "1"}]
    rows += [review(3, review_text="") | {left: "1", right: "11"}]

    assert len(set(send(file_of(rows)).column("review_id"))) == 2


def test_R16_an_id_shared_by_reviews_is_counted_and_rejects_none(send):
    rows = [review(1), review(2, review_id="1"), review(3, review_id="1"), review(4), review(5, review_id="")]

    delivery = send(file_of([*rows, review(6, review_id="")]))

    assert len(delivery.rows) == 6
    assert delivery.report["conflicting_ids"] == 1

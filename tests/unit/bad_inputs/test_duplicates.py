"""A row is a duplicate only if it delivers an earlier one again; it is kept beside the rejected rows."""

import csv
import io
from itertools import combinations

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, mark, review, reviews, text_of

FULL = (*HEADER, "total_spent", "gender", "mood")
SAME = review(1, review_text="Lovely evening", customer_name="Ida", total_spent="40", gender="f", mood="ok")
POSSIBLE = "possible_duplicate"


def issues(delivery):
    return {row["source_row"]: row["issues"] for row in delivery.rows if row["issues"]}


def twins(delivery):
    return {row["source_row"]: row["duplicate_of"] for row in delivery.duplicates}


@pytest.mark.parametrize("cell", ["rating", "location", "total_spent", "gender", "mood"])
def test_R46_a_review_that_differs_in_one_cell_is_kept_as_a_possible_duplicate(cell, send):
    other = SAME | {"review_id": "2", cell: "3"}

    delivery = send(file_of([SAME, *reviews(9)[1:], other], header=FULL))

    assert len(set(delivery.column("review_id"))) == 10
    assert POSSIBLE in issues(delivery)[10]
    issue = delivery.report["issues"][POSSIBLE]
    assert (issue["count"], issue["examples"]) == (1, [10])


@pytest.mark.parametrize("cell", ["review_text", "customer_name", "date", "restaurant_name"])
def test_R46_a_review_with_another_text_customer_date_or_restaurant_is_no_possible_duplicate(cell, send):
    delivery = send(file_of([SAME, SAME | {"review_id": "2", cell: "2020-01-31"}], header=FULL))

    assert (len(delivery.rows), issues(delivery)) == (2, {})


def test_R47_a_review_told_again_under_another_id_is_a_duplicate(send):
    ids = ["2", "", "1_dup"]

    delivery = send(file_of([SAME, *(SAME | {"review_id": other} for other in ids)], header=FULL))

    assert twins(delivery) == {2: 1, 3: 1, 4: 1}


@pytest.mark.parametrize("missing", ["review_text", "customer_name", "date"])
def test_R47_without_text_customer_or_date_another_id_is_another_review(missing, send):
    first = SAME | {missing: ""}

    delivery = send(file_of([first, first | {"review_id": "2"}, first | {"review_id": "2_dup"}], header=FULL))

    assert twins(delivery) == {3: 2}
    assert len(set(delivery.column("review_id"))) == 2


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("timestamp,location,rating", "2020-01-01 10:00,North,5"),
        ("date,rating", "2020-01-01,5"),
        ("rating,review_text", "5,Great food"),
        ("review_id,rating,review_text", "n/a,5,Great food"),
        ("review_id,rating,review_text", "_dup,5,Great food"),
    ],
)
def test_R48_equal_rows_that_nothing_identifies_are_kept_as_possible_duplicates(header, row, send):
    delivery = send(f"{header}\n{row}\n{row}\n{row}".encode())

    assert len(set(delivery.column("review_id"))) == 3
    assert [row["issues"] for row in delivery.rows] == [[], [POSSIBLE], [POSSIBLE]]
    assert check(delivery, "possible_duplicate_share") == "warn"


def check(delivery, name):
    (found,) = [check["status"] for check in delivery.report["checks"] if check["name"] == name]
    return found


@pytest.mark.parametrize(
    ("header", "row"),
    [("review_id,rating", "7,5"), ("name,rating", "Ann,5"), ("date,review_text", "2020-01-01,Great food")],
)
def test_R48_equal_rows_with_an_id_a_customer_or_a_date_and_a_text_are_duplicates(header, row, send):
    assert twins(send(f"{header}\n{row}\n{row}\n{row}".encode())) == {2: 1, 3: 1}


@pytest.mark.parametrize("name", ["Anonymous", " guest ", "UNKNOWN USER", "Gast", "Anónimo", "匿名"])
def test_R55_a_word_that_stands_for_any_customer_is_no_evidence_for_a_duplicate(name, send):
    row = review(1, customer_name=name)
    others = [row | {"review_id": "2"}, row | {"review_id": ""}, row | {"review_id": "", "date": ""}]

    delivery = send(file_of([row, row, *others, *others]))

    assert twins(delivery) == {2: 1, 6: 3, 7: 4}
    assert [row["customer_name"] for row in delivery.rows] == [name.strip()] * 5
    assert [number for number, codes in issues(delivery).items() if POSSIBLE in codes] == [3, 4, 8]


def test_R55_a_name_that_contains_such_a_word_is_a_customer(send):
    row = review(1, customer_name="Guest 7", date="", review_id="")

    assert twins(send(file_of([row, row]))) == {2: 1}


@pytest.mark.parametrize("cell", ["review_text", "customer_name", "review_id", "location", "mood"])
def test_R56_rows_that_differ_only_in_undecodable_bytes_are_kept_as_possible_duplicates(cell, send):
    rows = [SAME | {cell: f"caf{mark}"} for mark in "<>"]
    rows += [row | {"location": "Café"} for row in reviews(9)[1:]]
    body = file_of(rows, header=FULL).replace(b"<", b"\xe9").replace(b">", b"\xe8")

    delivery = send(body)

    assert len(set(delivery.column("review_id"))) == len(rows)
    assert issues(delivery) == {1: ["undecodable_text"], 2: ["undecodable_text", POSSIBLE]}


def test_R56_restaurants_that_differ_only_in_undecodable_bytes_are_kept(send):
    header = b"restaurant_name,address,avg_stars,total_reviews\n"
    body = header + b"Inn,1 Caf\xe9,4.5,10\nInn,1 Caf\xe8,4.5,10\n" + "Bar,2 Café,4,1\n".encode() * 2

    delivery = send(body)

    assert delivery.column("source_row") == [1, 2, 3]
    assert twins(delivery) == {4: 3}


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "No.", "#", "Row Number", "x"])
def test_R49_a_column_that_numbers_the_rows_is_not_compared(name, send):
    rows = [SAME, review(2), SAME, review(3)]

    delivery = send(file_of([row | {name: str(n)} for n, row in enumerate(rows)], header=(name, *HEADER)))

    assert twins(delivery) == {3: 1}


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("table", "1234"), ("no", "4499"), ("index", "5342"), ("", ["a", "b", "c", "d"]), ("x", "1357")],
)
def test_R49_a_column_with_other_content_or_another_name_is_compared(name, numbers, send):
    rows = [SAME, review(2), SAME, review(3)]

    delivery = send(
        file_of([row | {name: n} for row, n in zip(rows, numbers, strict=True)], header=(name, *HEADER))
    )

    assert len(delivery.rows) == 4


def test_R49_numbers_that_ascend_through_many_rows_number_them(send):
    rows = [*reviews(25), review(25)]

    delivery = send(file_of([row | {"": str(n * n)} for n, row in enumerate(rows)], header=("", *HEADER)))

    assert twins(delivery) == {26: 25}


def test_R50_a_duplicate_is_kept_with_the_row_that_stays(send):
    text = 'One "line", one\nmore'
    rows = [
        review(1, review_text=text),
        review(2),
        review(3, rating="", review_text=""),
        review(1, review_text=text),
    ]

    delivery = send(file_of([*rows, *rows[1:2]]))

    duplicates = [(row["source_row"], row["reason"], row["duplicate_of"]) for row in delivery.duplicates]
    assert duplicates == [(4, "duplicate", 1), (5, "duplicate", 2)]
    assert next(csv.reader(io.StringIO(delivery.duplicates[0]["raw"]))) == [rows[0][name] for name in HEADER]
    assert [row["duplicate_of"] for row in delivery.rejected] == [None]
    empty, duplicates = delivery.report["rejections"]["empty_row"], delivery.report["duplicates"]
    assert delivery.report["rejections"].keys() == {"empty_row"}
    assert (empty["count"], empty["examples"]) == (1, [3])
    assert (duplicates["count"], duplicates["examples"]) == (2, [4, 5])


def test_R50_duplicates_alone_are_kept_too_and_count_in_no_share_of_rejected_rows(send):
    delivery = send(file_of([review(1)] * 9))

    assert len(delivery.duplicates) == 8
    assert check(delivery, "rejected_share") == "pass"
    assert check(delivery, "duplicate_share") == "fail"


def test_R50_rejected_and_duplicate_rows_are_in_the_order_of_the_file(send):
    rows = []
    for number in range(0, 6_000, 3):
        rows += [review(number), review(number), review(number + 1, rating="", review_text="")]
    body = text_of(rows) + "too,few\n" + text_of(rows[:1], header=HEADER).split("\n", 1)[1]

    delivery = send(body.encode())

    assert delivery.report["rows"] == {"read": 6_002, "written": 2_000, "rejected": 2_001, "duplicate": 2_001}
    assert twins(delivery)[6_002] == 1


DELIVERED = [
    SAME,
    SAME | {"review_text": "Lovely\x07 evening"},
    SAME | {"gender": ""},
    SAME | {"gender": "N/A"},
    SAME | {"visit_date": "2020-05-05"},
    SAME | {"feedback": "Lovely evening"},
    SAME | {"mood": "", "weather": "ok"},
    SAME | {"review_text": ""},
    SAME | {"review_text": "-"},
]


@pytest.mark.parametrize(("one", "other"), list(combinations(range(len(DELIVERED)), 2)))
def test_R52_no_cell_is_left_out_of_the_comparison(one, other, send):
    header = (*FULL, "visit_date", "feedback", "weather")

    delivery = send(file_of([DELIVERED[one], DELIVERED[other], DELIVERED[one]], header=header))

    assert twins(delivery) == {3: 1}
    assert len(set(delivery.column("review_id"))) == 2


@pytest.mark.parametrize("name", [name for name in FULL if name != "review_text"])
def test_R52_a_character_moved_from_the_text_to_another_cell_changes_the_review_id(name, send):
    rows = [SAME | {"review_text": "12", name: "3"}, SAME | {"review_text": "1", name: "23"}]

    assert len(set(send(file_of(rows, header=FULL)).column("review_id"))) == 2


@pytest.mark.parametrize(
    "again",
    [
        {"row": SAME | {"review_id": "77"}},
        {"row": {name: f" {cell}\t" for name, cell in SAME.items()}},
        {"header": tuple(reversed(FULL))},
        {"header": (*FULL, "weather", "party_size")},
        {"row": SAME | {"": "9"}, "header": ("", *FULL)},
        {"delimiter": ";"},
    ],
    ids=["id", "spaces", "order", "empty columns", "row number", "delimiter"],
)
def test_R53_a_review_delivered_again_in_another_file_has_the_same_review_id(again, send):
    row, header = again.pop("row", SAME), again.pop("header", FULL)

    first = send(file_of([SAME], header=FULL), key="first.csv")
    second = send(file_of([row], header=header, **again), key="second.csv")

    assert second.column("review_id") == first.column("review_id")


def test_R53_names_for_the_same_field_give_the_same_review_id(send):
    names = {
        "customer_name": "guest_name",
        "review_text": "feedback",
        "date": "visit_date",
        "location": "venue",
    }
    renamed = {names.get(name, name): cell for name, cell in SAME.items()}

    first = send(file_of([SAME], header=FULL), key="first.csv")
    second = send(file_of([renamed], header=tuple(renamed)), key="second.csv")

    assert second.column("review_id") == first.column("review_id")


def test_R53_a_review_without_a_customer_is_identified_by_its_id(send):
    rows = [SAME | {"customer_name": "", "review_id": source_id} for source_id in ("1", "1_dup", "2")]

    first, again, other = (
        send(file_of([row], header=FULL), key=f"{key}.csv").column("review_id")
        for key, row in enumerate(rows)
    )

    assert first == again != other


def test_R54_a_restaurant_is_a_duplicate_only_if_all_its_cells_are_equal(send):
    header = "restaurant_name,address,avg_stars,total_reviews,phone"
    rows = [f"Inn,1 Quay,4.5,10,{mark(n)}" for n in (1, 2, 1)]

    delivery = send("\n".join([header, *rows]).encode())

    assert delivery.column("source_row") == [1, 2]
    assert twins(delivery) == {3: 1}

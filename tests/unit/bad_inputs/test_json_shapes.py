"""JSON files that are one object: a list of reviews within it, or a table."""

import json

import pandas as pd
import pytest

from tastetrend_etl.parse.json_records import json_header
from tests.unit.bad_inputs.reviews import mark, reviews
from tests.unit.bad_inputs.test_budget import measure

__all__ = ["measure"]

SIX = reviews(6)
FRAME = pd.DataFrame(SIX)


@pytest.mark.parametrize(
    "content",
    [
        {"reviews": SIX},
        {"page": 1, "of": {"pages": 2}, "meta": {}, "reviews": SIX, "next": None, "tags": ["a"], "ok": True},
        {"status": "OK", "result": {"name": "Bo's", "rating": 4.5, "data": {"items": SIX}}, "took": 1.5},
        {"name": "Bo's", "rating": 4.5, "photos": [{"url": "x"}], "reviews": SIX},
        {"data": SIX, "schema": {"fields": [1, 2]}},
    ],
    ids=["alone", "beside scalars", "nested", "restaurant", "table schema"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_F45_a_list_of_reviews_within_an_object_is_read(content, indent, send):
    delivery = send(json.dumps(content, indent=indent).encode(), "r.json")

    assert delivery.report["rows"] == {"read": 6, "written": 6, "rejected": 0, "duplicate": 0}
    assert delivery.column("source_review_id") == [row["review_id"] for row in SIX]
    assert delivery.column("review_text") == [row["review_text"] for row in SIX]


def test_F45_a_list_in_a_large_object_is_read_in_bounded_memory(measure):
    lines = [json.dumps(row | {"review_text": "good " * 100 + row["review_text"]}) for row in reviews(60_000)]
    measured = measure(b'{"took": 5, "reviews": [', ", ".join(lines).encode(), b'], "next": {"page": 2}}')

    assert measured["rows"] == {"read": 60_000, "written": 60_000, "rejected": 0, "duplicate": 0}


def test_F45_lines_of_which_the_first_is_long_are_no_single_object(send):
    rows = [SIX[0] | {"review_text": f"{'good ' * 60_000} {mark(1)}"}, *reviews(60_000)[1:]]

    delivery = send("\n".join(map(json.dumps, rows)).encode())

    assert delivery.report["rows"]["written"] == 60_000


def test_F45_a_damaged_object_within_the_list_is_rejected_alone(send):
    lines = list(map(json.dumps, SIX))
    lines[2] = f'{{"rating": 4, {mark(3)}}}'

    delivery = send(f'{{"n": 6, "reviews": [{", ".join(lines)}], "page": 1}}'.encode())

    assert delivery.reasons == {3: "malformed_json"}
    assert delivery.holds_each_mark_once(6)


def test_F45_one_review_with_a_list_of_objects_is_one_row(send):
    review = SIX[0] | {"replies": [{"text": "Thank you", "rating": "5"}]}

    delivery = send(json.dumps(review).encode())

    assert delivery.column("review_text") == [SIX[0]["review_text"]]
    assert json.loads(delivery.rows[0]["extra"]) == {"replies": '[{"text": "Thank you", "rating": "5"}]'}


@pytest.mark.parametrize("orient", ["columns", "split", "index", "list"])
def test_F46_the_tables_of_pandas_are_read_by_rows(orient, send):
    body = json.dumps(FRAME.to_dict("list")) if orient == "list" else FRAME.to_json(orient=orient)

    delivery = send(body.encode(), "r.json")

    assert delivery.column("source_review_id") == [row["review_id"] for row in SIX]
    assert delivery.column("customer_name") == [row["customer_name"] for row in SIX]
    assert delivery.column("rating_raw") == [row["rating"] for row in SIX]
    assert delivery.holds_each_mark_once(6)


def test_F46_the_values_of_a_table_are_kept_as_written(send):
    body = (
        '{"id": {"0": 12345678901234567890, "1": "007"}, "rating": {"0": 4.50, "1": null},'
        ' "text": {"0": "half \\ud83d of it", "1": "b\\nc"}, "x": {"1": {"n": 1.50}}}'
    )

    delivery = send(body.encode())

    assert delivery.column("source_review_id") == ["12345678901234567890", "007"]
    assert delivery.column("rating_raw") == ["4.50", None]
    assert delivery.column("review_text") == ["half \ufffd of it", "b\nc"]
    assert delivery.column("extra") == [None, '{"x":"{\\"n\\": 1.50}"}']


def test_F46_a_row_of_another_width_is_rejected_alone(send):
    rows = [list(row.values()) for row in SIX]
    rows[3] = [mark(4)]

    delivery = send(json.dumps({"columns": list(SIX[0]), "data": rows}).encode())

    assert delivery.reasons == {4: "not_an_object"}
    assert delivery.holds_each_mark_once(6)


def test_F46_a_large_table_is_read_in_bounded_memory_or_rejected(measure):
    rows = range(200_000)
    body = json.dumps({"rating": dict.fromkeys(rows, 5), "text": {row: f"t{row}" for row in rows}}).encode()

    assert measure(body)["rows"]["read"] == 200_000
    assert measure(body.replace(b'"t', b'"' + b"t" * 40))["reason"] == "too_large"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"Ann": {"opinion": "x"}, "Bo": [1], "n": 1}, "object (1), list of value (1), value (1)"),
        ({"rating": [1, 2], "text": ["a"]}, "list of value (2)"),
        ({"data": {"deep": [[1]]}}, "object (1)"),
    ],
)
def test_F47_an_unknown_shape_is_rejected_with_what_was_found(content, found, send):
    delivery = send(json.dumps(content).encode())

    assert delivery.reason == "unknown_json_shape"
    assert found in delivery.report["message"]
    assert "Ann" not in delivery.report["message"]


def test_F47_two_lists_of_objects_are_rejected(send):
    body = json.dumps({"reviews": SIX, "more": {"reviews": SIX}})

    assert send(body.encode()).reason == "unknown_json_shape"


@pytest.mark.parametrize("beside", [{"page": 1}, {"restaurant_name": "Bo's", "rating": 4.5}])
@pytest.mark.parametrize("form", ["lines", "array", "one"])
def test_F47_a_list_of_reviews_in_each_of_several_objects_is_rejected(beside, form, send):
    pages = [beside | {"reviews": SIX[:3]}, beside | {"reviews": SIX[3:]}][: 1 if form == "one" else 2]
    body = "\n".join(map(json.dumps, pages)) if form == "lines" else json.dumps(pages)

    delivery = send(body.encode())

    assert delivery.reason == "unknown_json_shape"
    assert "Guest" not in delivery.report["message"]


def test_F45_ratings_with_a_list_of_rated_dishes_are_reviews(send):
    ratings = [{"rating": 5, "dishes": [{"name": "Soup", "rating": 4}]}] * 2

    assert send(json.dumps(ratings).encode()).report["rows"]["written"] == 2


def test_F45_reviews_with_a_list_of_comments_are_reviews(send):
    rows = [row | {"comments": [{"text": "Thank you", "rating": 5}]} for row in SIX]

    assert send(json.dumps(rows).encode()).holds_each_mark_once(6)


def test_F46_a_table_by_columns_of_different_rows_takes_no_quadratic_time(measure):
    columns = {f"note {number}": {str(number): 1} for number in range(100_000)}

    measured = measure(json.dumps({"rating": {"1": 5}} | columns).encode())

    assert measured["reason"] == "too_large"
    assert measured["cpu_s"] < 20


def test_F47_python_dictionaries_are_rejected(send):
    delivery = send("\n".join(map(str, SIX)).encode())

    assert delivery.reason == "unknown_json_shape"
    assert "Guest" not in delivery.report["message"]


def test_F86_the_typed_values_of_mongodb_are_values(send):
    lines = [
        {
            "_id": {"$oid": f"65a0c{number}"},
            "rating": {kind: str(number)},
            "text": mark(number),
            "date": {"$date": date},
            "seats": {"$each": 2},
        }
        for number, (kind, date) in enumerate(
            [
                ("$numberInt", "2024-05-01T10:00:00Z"),
                ("$numberLong", {"$numberLong": "1714557600000"}),
                ("$numberDouble", "2024-05-01T12:00:00+02:00"),
            ],
            1,
        )
    ]

    delivery = send("\n".join(map(json.dumps, lines)).encode())

    assert delivery.column("source_review_id") == ["65a0c1", "65a0c2", "65a0c3"]
    assert delivery.column("rating_1_5") == [1.0, 2.0, 3.0]
    assert {str(date) for date in delivery.column("review_date")} == {"2024-05-01 10:00:00"}
    assert json.loads(delivery.rows[0]["extra"]) == {"seats": '{"$each": 2}'}


@pytest.mark.parametrize("form", ["search", "lines"])
@pytest.mark.parametrize("score", [{"_score": 1.0}, {}])
def test_F87_the_documents_of_elasticsearch_are_reviews(score, form, send):
    hits = [
        {"_index": "r", "_id": f"a{n}", **score, "_source": {"stars": n, "text": mark(n)}} for n in (1, 2, 3)
    ]
    search = {"took": 3, "hits": {"total": {"value": 3}, "max_score": 1.0, "hits": hits}}
    body = json.dumps(search) if form == "search" else "\n".join(map(json.dumps, hits))

    delivery = send(body.encode())

    assert delivery.report["column_mapping"] == {
        "source_review_id": ["_id"],
        "rating": ["stars"],
        "review_text": ["text"],
    }
    assert delivery.column("source_review_id") == ["a1", "a2", "a3"]
    assert delivery.column("rating_1_5") == [1.0, 2.0, 3.0]
    assert delivery.column("extra") == [None] * 3


def test_F88_the_search_for_keys_stops_when_there_is_no_time_left(tmp_path):
    path, calls = tmp_path / "reviews.jsonl", []
    path.write_text('{"rating": 4}\n' * 5_000)

    def no_time_left():
        calls.append(1)
        if len(calls) == 3:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        json_header(path, 1 << 20, no_time_left)

"""The format is detected from the bytes, not from the file name."""

import gzip
import io
import json
import zipfile

import pandas as pd
import pytest

from tests.unit.bad_inputs.reviews import file_of, mark, reviews

SIX = file_of(reviews(6))


@pytest.mark.parametrize("key", ["reviews.csv.gz", "reviews.csv", "reviews"])
def test_F15_gzip_is_read_with_any_file_name(key, send):
    delivery = send(gzip.compress(SIX), key)

    assert delivery.report["compressed"] is True
    assert delivery.holds_each_mark_once(6)


def test_F15_all_members_of_a_gzip_file_are_read(send):
    assert send(gzip.compress(SIX[:300]) + gzip.compress(SIX[300:])).holds_each_mark_once(6)


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:40] + b"~~~~" + data[44:]])
def test_F15_truncated_or_damaged_gzip_is_rejected(damage, send):
    delivery = send(damage(gzip.compress(SIX)), "reviews.csv.gz")

    assert (delivery.action, delivery.reason) == ("rejected", "truncated")


def zipped(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, SIX)
    return out.getvalue()


def parquet():
    out = io.BytesIO()
    pd.DataFrame({"rating": [5]}).to_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "true_type"),
    [
        (zipped("reviews.csv"), "a zip archive"),
        (zipped("xl/workbook.xml"), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "an old Excel workbook"),
        (parquet(), "a parquet file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a PNG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\n<!DOCTYPE html>\n<html><body>Log in</body></html>", "an HTML page"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "an XML document"),
        (gzip.compress(gzip.compress(SIX)), "gzip within gzip"),
    ],
)
def test_F16_a_file_that_is_not_text_is_rejected_with_its_true_type(body, true_type, send):
    delivery = send(body)

    assert (delivery.action, delivery.reason) == ("rejected", "not_delimited_text")
    assert true_type in delivery.report["message"]


OBJECTS = [*reviews(5), {"rating": 4, "comments": mark(6)}]


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("reviews.jsonl", "\n".join(map(json.dumps, OBJECTS))),
        ("reviews.json", json.dumps(OBJECTS)),
        ("reviews.csv", json.dumps(OBJECTS, indent=2)),
        ("reviews.txt", "\ufeff" + json.dumps(OBJECTS)),
    ],
)
def test_F17_json_is_read_with_any_file_name(key, body, send):
    delivery = send(body.encode(), key)

    assert delivery.holds_each_mark_once(6)
    assert delivery.report["format"] == "json"
    assert delivery.report["column_mapping"]["review_text"] == ["review_text", "comments"]


def test_F17_json_values_are_kept_unchanged(send):
    body = (
        '{"id": 12345678901234567890, "rating": 4.50, "text": "a \\"b\\"\\nc", "spent": null, "vip": true}\n'
        '{"id": "007", "rating": 1e0, "text": "d", "tags": ["x", {"n": 1.50, "big": 10000000000000000000}]}'
    )

    delivery = send(body.encode(), "r.jsonl")

    assert delivery.column("source_review_id") == ["12345678901234567890", "007"]
    assert delivery.column("rating_raw") == ["4.50", "1e0"]
    assert delivery.column("review_text") == ['a "b"\nc', "d"]
    assert json.loads(delivery.rows[0]["extra"]) == {"vip": "true"}
    assert json.loads(delivery.rows[1]["extra"]) == {
        "tags": '["x", {"n": 1.50, "big": 10000000000000000000}]'
    }


def test_F17_the_complete_objects_of_truncated_json_are_written(send):
    body = json.dumps(reviews(6), indent=1)

    delivery = send(body[: body.index(mark(6)) + 7].encode(), "r.json")

    assert delivery.reasons == {6: "malformed_json"}
    assert delivery.holds_each_mark_once(6)


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (f'{{"rating": 4, {mark(3)}}}', "malformed_json"),
        (f'{{"rating": 4, "review_text": "{mark(3)}', "malformed_json"),
        (f'"{mark(3)}"', "not_an_object"),
        (f'["{mark(3)}"]', "not_an_object"),
    ],
)
def test_F17_a_damaged_line_does_not_affect_other_lines(damaged, reason, send):
    lines = [json.dumps(review) for review in reviews(6)]
    lines[2] = damaged

    delivery = send("\n".join(lines).encode(), "r.jsonl")

    assert set(delivery.reasons.values()) == {reason}
    assert delivery.holds_each_mark_once(6)


@pytest.mark.parametrize(
    "body", ["[]", "{}", '[{"rating":', "[[1], [2]]", '[{"rating": 4, "x": ' + "[" * 9_999]
)
def test_F17_json_without_reviews_is_rejected(body, send):
    delivery = send(body.encode(), "r.json")

    assert (delivery.action, delivery.reason) == ("rejected", "malformed_json")


def test_F17_a_review_has_the_same_id_as_json_and_as_delimited_text(send):
    as_text = send(SIX, "reviews.csv")
    as_json = send(json.dumps(reviews(6)).encode(), "reviews.json")

    assert as_json.column("review_id") == as_text.column("review_id")

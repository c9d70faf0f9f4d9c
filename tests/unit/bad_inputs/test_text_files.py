"""Encoding, line ends, delimiter and quoting do not change the values."""

import codecs

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, line, review, reviews, text_of

FIVE = reviews(5)


@pytest.mark.parametrize(
    "body", [b"", b"\n\r\n\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\n", b" \t\n"]
)
def test_F01_a_file_without_text_is_rejected(body, send):
    delivery = send(body)

    assert (delivery.action, delivery.reason) == ("rejected", "empty_file")


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_F02_a_file_with_only_a_header_has_a_dataset_without_rows(end, send):
    delivery = send((",".join(HEADER) + end).encode())

    assert delivery.action == "processed"
    assert delivery.rows == []


def test_F03_a_header_of_long_questions_is_a_header(send):
    questions = (
        "How satisfied were you overall with your visit to our restaurant today?",
        "What may we improve for you on a next visit?",
    )
    body = text_of(
        [dict(zip(questions, (rating, "good"), strict=True)) for rating in "545"], header=questions
    )

    assert send(body.encode()).reason == "not_reviews"


def test_F03_a_question_in_a_first_row_is_no_header(send):
    body = (
        b"Why did we have to wait for more than an hour?,Ann\nBecause it was such a busy evening in May,Bo\n"
    )

    delivery = send(body)

    assert delivery.reason == "no_header"
    assert "wait" not in delivery.report["message"]


def test_F03_a_file_without_a_header_is_rejected_without_quoting_its_rows(send):
    body = "".join(line(list(row.values())) for row in reviews(5, customer_name="Zoltan Quarrel"))

    delivery = send(body.encode())

    assert (delivery.action, delivery.reason) == ("rejected", "no_header")
    assert "number, word, date, number" in delivery.report["message"]
    assert "Quarrel" not in str(delivery.report)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_F04_each_unicode_encoding_is_read(mark, encoding, send):
    rows = [*FIVE, review(6, customer_name="Žofie Ångström")]

    delivery = send(mark + text_of(rows).encode(encoding))

    assert delivery.column("customer_name")[5] == "Žofie Ångström"
    assert delivery.column("source_review_id") == ["1", "2", "3", "4", "5", "6"]
    assert delivery.holds_each_mark_once(6)


def test_F05_cp1252_is_detected(send):
    delivery = send(text_of(reviews(5, customer_name="Renée “Bé” Çelik")).encode("cp1252"))

    assert delivery.report["encoding"] == "cp1252"
    assert set(delivery.column("customer_name")) == {"Renée “Bé” Çelik"}
    assert delivery.report["issues"] == {}


@pytest.mark.parametrize("field", ["review_id", "customer_name", "review_text", "mood"])
def test_F05_one_invalid_byte_does_not_affect_other_rows(field, send):
    rows = [review(number, customer_name="Renée", mood="très bon") for number in range(1, 200)]
    rows[9] |= {field: rows[9][field] + " here: ~"}
    body = file_of(rows, header=(*HEADER, "mood")).replace(b"here: ~", b"here: \xc3")

    delivery = send(body)

    assert delivery.report["encoding"] == "utf-8"
    assert [row["source_row"] for row in delivery.rows if row["issues"]] == [10]
    assert delivery.rows[9]["issues"] == ["undecodable_text"]
    assert delivery.holds_each_mark_once(199)


def test_F05_a_truncated_character_at_the_end_is_an_issue(send):
    body = text_of(reviews(5, customer_name="Renée")).encode() + b"6,Bo,2020-01-01,4,fine,Down,caf\xc3"

    assert send(body).rows[5]["issues"] == ["undecodable_text"]


def test_F05_mojibake_is_kept_unchanged(send):
    delivery = send(file_of([review(1, review_text="trÃ¨s bon")]))

    assert delivery.column("review_text") == ["trÃ¨s bon"]


@pytest.mark.parametrize("ends", [["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
@pytest.mark.parametrize("location", ["Downtown", 'The 5" bar'], ids=["plain", "stray quotes"])
def test_F06_any_line_end_ends_a_row(location, ends, send):
    lines = text_of(reviews(7)).replace("Downtown", location).splitlines()
    body = "".join(line + ends[place % len(ends)] for place, line in enumerate(lines))

    assert send(body.encode()).holds_each_mark_once(7)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_F07_the_delimiter_is_detected_and_may_occur_within_quotes(delimiter, send):
    rows = [*FIVE, review(6, location=f"left{delimiter}right")]

    delivery = send(file_of(rows, delimiter=delimiter))

    assert delivery.report["delimiter"] == delimiter
    assert delivery.rows[5]["location"] == f"left{delimiter}right"
    assert delivery.holds_each_mark_once(6)


@pytest.mark.parametrize("delimiter", [";", "^"])
def test_F07_a_sep_line_sets_the_delimiter(delimiter, send):
    delivery = send(f"sep={delimiter}\r\n".encode() + file_of(FIVE, delimiter=delimiter))

    assert delivery.report["delimiter"] == delimiter
    assert delivery.holds_each_mark_once(5)


@pytest.mark.parametrize(
    ("raw_text", "text"),
    [
        ('"one\ntwo\r\nthree"', "one\ntwo\r\nthree"),
        ('"she said ""wow"", twice"', 'she said "wow", twice'),
        (r'"she said \"wow\", twice"', 'she said "wow", twice'),
        (r'"at the end \"wow\""', 'at the end "wow"'),
        ('"\\"wow\\"\nand more"', '"wow"\nand more'),
        ("one\u2028two", "one\u2028two"),
        ("one\x85two\x0bthree", "onetwothree"),
    ],
)
def test_F08_line_ends_and_quotes_within_a_text_do_not_start_a_row(raw_text, text, send):
    body = text_of([*FIVE, review(6, review_text="~"), review(7)]).replace("~", raw_text)

    delivery = send(body.encode())

    assert delivery.rows[5]["review_text"] == text
    assert delivery.report["rows"]["written"] == 7


def test_F28_quoted_fields_may_follow_spaces(send):
    names = ["Lee, Al", 'Jo ""Jojo"" Ray', "Kim,\n Bo"]
    body = "".join(f'"{n}", "{name}", 4, she said "yes"\n' for n, name in enumerate(names, 1))

    delivery = send(b'"id", "name", "rating", "text"\n' + body.encode())

    assert delivery.column("customer_name") == ["Lee, Al", 'Jo "Jojo" Ray', "Kim,\n Bo"]
    assert delivery.column("review_text") == ['she said "yes"'] * 3


def test_F11_nul_bytes_and_a_trailing_ctrl_z_are_removed(send):
    body = text_of(FIVE).replace("Good", "Go\0od").replace("Guest", "Gu\0est").encode() + b"\x1a"

    delivery = send(body)

    assert delivery.report["nul_bytes_removed"] == 10
    assert delivery.column("customer_name")[0] == "Guest 1"
    assert delivery.column("review_text")[0] == "Good food, MK00001."
    assert delivery.rejected == []
    assert delivery.holds_each_mark_once(5)


def test_F23_the_last_row_needs_no_line_end(send):
    assert send(file_of(reviews(1)).rstrip(b"\n")).holds_each_mark_once(1)

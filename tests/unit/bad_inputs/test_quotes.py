"""A quote at an odd place costs its own row at most."""

import csv

import pytest

from tests.unit.bad_inputs.reviews import file_of, line, mark, review, reviews, text_of

DELIMITERS = pytest.mark.parametrize("delimiter", [",", ";", "\t"])
TEXT_LAST = ("review_id", "date", "rating", "customer_name", "review_text")
TEXT_FIRST = ("review_text", "rating", "review_id")
HEADERS = pytest.mark.parametrize("header", [TEXT_LAST, TEXT_FIRST], ids=["text last", "text first"])


def file_with(texts, header, delimiter):
    """Return a file of which some rows (number → text) have a raw text without added quoting."""
    lines = [line(header, delimiter)]
    for number in range(1, 31):
        row = review(number, review_text="~" if number in texts else f"Good food {mark(number)}")
        lines.append(line([row[name] for name in header], delimiter).replace("~", texts.get(number, "")))
    return "".join(lines).encode()


@DELIMITERS
@HEADERS
@pytest.mark.parametrize(
    "text",
    [
        '"Great" is the word',
        '"Great" is the word, "really"',
        '"pizza 12" is huge',
        'it was "ok"',
        '12" plate',
        '"Best"" of all',
    ],
)
def test_R20_a_text_that_begins_with_quoted_words_is_kept(text, header, delimiter, send):
    text = text.replace(", ", " ") if delimiter == "," else text
    delivery = send(file_with({9: f"{text} {mark(9)}", 20: f"{text} {mark(20)}"}, header, delimiter))

    if text == '"Best"" of all':  # an odd number of quotes
        assert delivery.reasons == {9: "unclosed_quote", 20: "unclosed_quote"}
    else:
        assert delivery.rows[8]["review_text"] == f"{text} {mark(9)}"
        assert delivery.rejected == []
    assert delivery.holds_each_mark_once(30)


@HEADERS
def test_R20_quotes_within_a_quoted_text_are_kept(header, send):
    delivery = send(file_with({9: '"she said "wow", twice"', 20: '"a 5" by 6" pizza"'}, header, ","))

    assert delivery.rows[8]["review_text"] == 'she said "wow", twice'
    assert delivery.rows[19]["review_text"] == 'a 5" by 6" pizza'
    assert delivery.rejected == []


@DELIMITERS
@HEADERS
@pytest.mark.parametrize(
    "closing",
    ['ends with quote {}"', '{} "ends" so"', 'says "hi" {}', 'a 12" one {}'],
    ids=["valid", "repaired", "stray", "inch"],
)
def test_R21_rows_behind_an_unclosed_quote_are_rows(closing, header, delimiter, send):
    texts = {9: f'"Open only {mark(9)}', 14: closing.format(mark(14))}

    delivery = send(file_with(texts, header, delimiter))

    assert delivery.reasons == {9: "unclosed_quote"}
    assert delivery.rows[12]["review_text"] == texts[14]
    assert delivery.holds_each_mark_once(30)


@DELIMITERS
def test_R21_rows_in_a_record_that_is_too_wide_are_rows(delimiter, send):
    texts = {9: f'"Open only {mark(9)}', 14: f'{mark(14)}"{delimiter}more{delimiter}more'}

    delivery = send(file_with(texts, TEXT_LAST, delimiter))

    assert delivery.reasons == {9: "unclosed_quote", 14: "ragged"}
    assert delivery.holds_each_mark_once(30)


def test_R21_every_second_row_with_an_open_quote_costs_only_that_row(send):
    texts = {number: f'"Open {mark(number)}' for number in range(2, 21, 2)}

    delivery = send(file_with(texts, TEXT_LAST, "\t"))

    assert set(delivery.reasons) == set(texts)
    assert delivery.holds_each_mark_once(30)


@pytest.mark.parametrize(
    "text",
    [
        "Starters, 4, good\nMains, 5, great\nDesserts, 3, poor",
        "\n\nNice, warm, cheap\n\nand, so, on",
        "a, b, c, d, e, f, g\na, b, c, d, e, f, g",
        "first\n9,Bo,2020-01-01\nlast",
        "one\r\n2,2020-01-01,4,Bo,yes\r\nthree",
    ],
)
@pytest.mark.parametrize("broken", ["", '"a 5" pizza"'], ids=["regular", "beside a stray quote"])
def test_R22_a_text_of_several_lines_is_one_cell(text, broken, send):
    rows = reviews(12)
    rows[6] = review(7, review_text=f"{text} {mark(7)}")
    body = text_of(rows, header=TEXT_LAST)
    body += line(review(13, review_text="~")[name] for name in TEXT_LAST).replace("~", broken + mark(13))

    delivery = send(body.replace(f'"{mark(13)}', f' {mark(13)}"').encode())

    assert delivery.rows[6]["review_text"] == f"{text} {mark(7)}".strip()
    assert delivery.rejected == []
    assert delivery.holds_each_mark_once(13)


@pytest.mark.parametrize(
    ("text", "quoting"),
    [
        ("Soup, 4\n7,5", csv.QUOTE_ALL),
        ("Soup, 4\n7,5", csv.QUOTE_NONNUMERIC),
        ('The "soup"\n7,5', csv.QUOTE_MINIMAL),
    ],
)
def test_R22_rows_within_a_text_that_is_quoted_with_care_are_text(text, quoting, send):
    header = ("rating", "review_text")
    rows = [review(number, review_text=f"Good food {mark(number)}") for number in range(1, 9)]
    rows[4]["review_text"] = f"{text} {mark(5)}"

    delivery = send(file_of(rows, header=header, quoting=quoting))

    assert delivery.rows[4]["review_text"] == f"{text} {mark(5)}"
    assert delivery.rejected == []


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
@pytest.mark.parametrize("broken", ["", '"a 5" pizza"'], ids=["regular", "beside a stray quote"])
def test_F50_a_byte_order_mark_at_the_start_of_a_row_is_removed(quote, broken, send):
    body = text_of(reviews(8)).replace("\n4,", f"\n\ufeff{quote}4{quote},")
    body += line(review(9, review_text="~").values()).replace("~", broken)

    delivery = send(f"\ufeff{body}".encode())

    assert delivery.column("source_review_id") == [str(number) for number in range(1, 10)]
    assert delivery.rejected == []


@pytest.mark.parametrize(
    "wrapped", [slice(0, None), slice(1, None), slice(2, 5)], ids=["all", "rows", "some"]
)
@pytest.mark.parametrize(
    ("behind", "text"),
    [
        ("", "Nice"),
        (";;", "Nice"),
        (";;", 'Warm, "kind" staff'),
        (",,", 'Warm, "kind" staff'),
        ("", "one\ntwo"),
    ],
)
def test_F52_a_line_in_quotes_as_a_whole_is_read_as_the_line_within(wrapped, behind, text, send):
    rows = [review(number, review_text=f"{text} {mark(number)}") for number in range(1, 10)]
    records = [line(row.values()).rstrip("\n") for row in rows]
    records = [file_of([]).decode().rstrip("\n"), *records]
    records[wrapped] = ['"' + record.replace('"', '""') + '"' + behind for record in records[wrapped]]

    delivery = send("\n".join(records).encode())

    assert delivery.rejected == []
    assert delivery.column("source_review_id") == [str(number) for number in range(1, 10)]
    assert delivery.column("review_text") == [row["review_text"] for row in rows]


def test_F53_single_quotes_around_all_cells_are_not_content(send):
    rows = [review(number, review_text=f"d'accord, a 5\" {mark(number)}") for number in range(1, 9)]
    records = [rows[0].keys(), *(row.values() for row in rows)]
    body = "".join(
        ",".join(c if c.isdigit() else "'" + c.replace("'", "''") + "'" for c in record) + "\n"
        for record in records
    )

    delivery = send(body.encode())

    assert delivery.column("review_text") == [row["review_text"] for row in rows]
    assert delivery.column("rating_raw") == [row["rating"] for row in rows]
    assert set(delivery.column("location")) == {"Downtown"}


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_F53_a_cell_in_single_quotes_may_have_several_lines(end, send):
    rows = [review(number, review_text=f"d'accord{end}, {mark(number)}{end}") for number in range(1, 9)]
    records = [rows[0].keys(), *(row.values() for row in rows)]
    body = "".join(",".join("'" + c.replace("'", "''") + "'" for c in record) + end for record in records)

    delivery = send(body.encode())

    assert delivery.column("review_text") == [row["review_text"].strip() for row in rows]
    assert set(delivery.column("location")) == {"Downtown"}


@DELIMITERS
def test_F53_apostrophes_are_content(delimiter, send):
    rows = [review(number, location="'s Hage", review_text="'no'") for number in range(1, 9)]

    delivery = send(file_of(rows, delimiter=delimiter))

    assert set(delivery.column("location")) == {"'s Hage"}
    assert set(delivery.column("review_text")) == {"'no'"}


@pytest.mark.parametrize("delimiter", ["^", "~", "\x01", "\x1f"])
def test_F54_rare_delimiters_are_detected(delimiter, send):
    delivery = send(file_of(reviews(5, location=f"left{delimiter}right"), delimiter=delimiter))

    assert delivery.report["delimiter"] == delimiter
    assert delivery.holds_each_mark_once(5)


@pytest.mark.parametrize("delimiter", ["^", "~"])
def test_F54_such_a_character_in_a_text_is_no_delimiter(delimiter, send):
    delivery = send(file_of(reviews(5, location=f"rating{delimiter}review_text{delimiter}date")))

    assert delivery.report["delimiter"] == ","


@pytest.mark.parametrize("sequence", ["||", "::", "|~|", "^|^"])
def test_F54_a_sequence_of_characters_is_detected_as_delimiter(sequence, send):
    rows = [review(n, review_text=f"Fish | {sequence[0]} chips {mark(n)}", location="") for n in range(1, 9)]
    rows[4] |= {"location": f'"a{sequence}b"'}
    body = "".join(sequence.join(cells) + "\n" for cells in [rows[0], *(row.values() for row in rows)])

    delivery = send(f"{body}9{sequence}{mark(9)}\n".encode())

    assert delivery.report["delimiter"] == sequence
    assert delivery.column("review_text") == [row["review_text"] for row in rows]
    assert delivery.column("location") == [None] * 4 + [f"a{sequence}b"] + [None] * 3
    assert [row["raw"] for row in delivery.rejected] == [f"9{sequence}{mark(9)}"]
    assert set(delivery.column("extra")) == {None}


def test_F08_a_last_line_that_ends_in_a_return_alone_is_read(send):
    body = file_with({30: f'"Good\n20 dishes {mark(30)}"'}, TEXT_LAST, ",").removesuffix(b"\n") + b"\r"

    delivery = send(body)

    assert delivery.rows[29]["review_text"] == f"Good\n20 dishes {mark(30)}"
    assert delivery.holds_each_mark_once(30)

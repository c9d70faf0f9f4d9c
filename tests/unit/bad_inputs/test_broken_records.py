"""A malformed record is rejected and does not affect other records."""

import csv

import pytest

from tests.unit.bad_inputs.reviews import HEADER, file_of, line, mark, review, reviews, text_of


def with_text(number, raw_text):
    """Return a row with this raw text, without added quoting."""
    return line(review(number, review_text="~").values()).replace("~", raw_text)


def test_F09_rows_with_too_few_or_too_many_fields_are_rejected(send):
    body = text_of(reviews(8)) + f"9,too few,{mark(9)}\n" + f"10,,,,{mark(10)},too,many,fields\n"

    delivery = send(body.encode())

    assert delivery.reasons == {9: "ragged", 10: "ragged"}
    assert delivery.holds_each_mark_once(10)


def test_F09_longer_rows_at_the_start_do_not_shift_columns(send):
    body = text_of([]) + f"1,,,,{mark(1)},too,many,fields\n" + text_of(reviews(5)[1:]).partition("\n")[2]

    delivery = send(body.encode())

    assert delivery.reasons == {1: "ragged"}
    assert delivery.column("source_review_id") == ["2", "3", "4", "5"]
    assert delivery.holds_each_mark_once(5)


def test_F09_a_file_of_mostly_ragged_rows_is_rejected(send):
    delivery = send(text_of(reviews(2)).encode() + b"too,few\n" * 3)

    assert (delivery.action, delivery.reason) == ("rejected", "ragged_file")
    assert "7, separated by ','" in delivery.report["message"]
    assert "whole lines are in quotes" not in delivery.report["message"]
    assert "3 of 5" in delivery.report["message"]


def test_F09_the_report_on_a_ragged_file_names_quotes_around_whole_lines(send):
    delivery = send(b'review_id;rating;review_text\n"1;5;good;x"\n"2;4;fine;x"\n"3;3;dull;x"\n')

    assert delivery.reason == "ragged_file"
    assert "3, separated by ';'; whole lines are in quotes" in delivery.report["message"]


@pytest.mark.parametrize("neighbours", ["Good food, {}", '"Good food, {}"', '"Good\nfood, ""{}"""'])
def test_F10_an_unclosed_quote_rejects_only_its_row(neighbours, send):
    lines = [with_text(number, neighbours.format(mark(number))) for number in range(1, 80)]
    lines[9] = with_text(10, f'"{mark(10)} never ends').replace("\n", " \n")
    if neighbours.startswith("Good"):
        lines = [line.replace("food, ", "food ") for line in lines]

    delivery = send((text_of([]) + "".join(lines)).encode())

    assert delivery.reasons == {10: "unclosed_quote"}
    assert delivery.holds_each_mark_once(79)


def test_F10_an_unclosed_quote_in_the_last_row_rejects_only_that_row(send):
    delivery = send(file_of(reviews(5)) + f'6,Bo,2020-01-01,4,"{mark(6)} never'.encode())

    assert delivery.reasons == {6: "unclosed_quote"}
    assert delivery.holds_each_mark_once(6)


def test_F10_a_row_has_at_most_fifty_lines(send):
    long_text = '"' + "and on\n" * 60 + mark(3) + '"'
    stray = with_text(2, f'"{mark(2)} "stray" quote"')

    delivery = send((text_of(reviews(1)) + stray + with_text(3, long_text) + with_text(4, mark(4))).encode())

    assert delivery.reason == "ragged_file"


@pytest.mark.parametrize(
    ("raw_text", "text"),
    [
        ('Great 5" pizza', 'Great 5" pizza'),
        ('"Great 5" pizza, yes"', 'Great 5" pizza, yes'),
        ('"a ""good"" 5" pizza\nand more"', 'a "good" 5" pizza\nand more'),
    ],
)
def test_F10_a_stray_quote_is_part_of_the_text(raw_text, text, send):
    body = text_of(reviews(3)) + with_text(4, raw_text) + with_text(5, mark(5))

    delivery = send(body.encode())

    assert delivery.rows[3]["review_text"] == text
    assert delivery.report["rows"]["rejected"] == 0


@pytest.mark.parametrize("text", ["one\rtwo", "one\r\n\rtwo", "one\n\ntwo"])
def test_F10_line_ends_within_texts_are_kept_beside_a_stray_quote(text, send):
    body = text_of(reviews(1)) + with_text(2, '"a 5" pizza"') + with_text(3, f'"{text}"')

    assert send(body.encode()).rows[2]["review_text"] == text


@pytest.mark.parametrize(
    "before",
    [
        "# exported on 2 May, 2020\n",
        "Reviews of Downtown\n\n",
        'Owner: "Tom\'s 5" pizza\nPeriod,2020\n\n\n',
        "\n\n",
        ",,,,,,\n",
        "Period:,2020,,,,,\n",
    ],
)
def test_F24_lines_before_the_header_are_not_reviews(before, send):
    delivery = send(before.encode() + file_of(reviews(5)))

    assert delivery.report["rows"]["read"] == 5
    assert delivery.holds_each_mark_once(5)


def test_F24_column_names_may_be_padded_after_lines_before_the_header(send):
    names, rows = file_of(reviews(5)).split(b"\n", 1)
    padded = b",".join(name.ljust(70) for name in names.split(b","))

    assert send(b"Reviews of Downtown\n" + padded + b"\n" + rows).holds_each_mark_once(5)


def test_F24_a_last_line_like_a_column_name_does_not_make_the_rows_a_preamble(send):
    assert send(b'"' + file_of(reviews(3)) + b"review_text").reason in {"not_reviews", "no_header"}


@pytest.mark.parametrize("cells", [{}, {"customer_name": "", "location": "", "review_text": ""}])
def test_F24_a_row_before_a_line_of_column_names_is_never_lost(cells, send):
    headless = text_of(reviews(3, **cells)).partition("\n")[2] + text_of(reviews(3))

    assert send(headless.encode()).reason == "no_header"


def test_F24_a_repeated_header_is_not_a_review(send):
    delivery = send(file_of(reviews(3)) + text_of(reviews(6)[3:]).encode())

    assert delivery.reasons == {4: "repeated_header"}
    assert delivery.holds_each_mark_once(6)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["bare", "quoted"])
def test_F24_the_header_of_an_appended_file_with_byte_order_mark_is_not_a_review(quoting, send):
    first, second = (text_of(part, quoting=quoting) for part in (reviews(3), reviews(6)[3:]))

    delivery = send(f"\ufeff{first}\ufeff{second}".encode())

    assert delivery.reasons == {4: "repeated_header"}
    assert delivery.holds_each_mark_once(6)


@pytest.mark.parametrize(("name", "column"), [("review_id", "source_review_id"), ("location", "location")])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "start", ["", "\ufeff"], ids=["no mark before the header", "a mark before the header"]
)
def test_F25_a_byte_order_mark_within_a_row_is_content(name, column, place, start, send):
    rows = reviews(3)
    rows[place][name] = "7\ufeff" if name == "review_id" else "\ufeff7"

    delivery = send(f"{start}{text_of(rows)}".encode())

    assert delivery.column(column)[place] == rows[place][name]


@pytest.mark.parametrize("label", ["Total", "TOTALS:", "Average", "Grand total (6 reviews)", "Sum"])
def test_F24_a_summary_row_is_not_a_review(label, send):
    total = line([label, "", "", "3.9", "", "", ""])

    delivery = send(file_of(reviews(6)) + total.encode())

    assert delivery.reasons == {7: "not_a_review"}
    assert delivery.holds_each_mark_once(6)


def test_F24_a_guest_named_sum_is_not_a_summary_row(send):
    header = HEADER[1:]
    rows = [review(1, customer_name="Sum", review_text=""), review(2, customer_name="Total Lee", date="")]

    assert send(file_of(rows, header=header)).column("customer_name") == ["Sum", "Total Lee"]


@pytest.mark.parametrize("end", [",", ",,,", ',""'])
@pytest.mark.parametrize("lines", [slice(0, None), slice(1, None), slice(4, 6)])
def test_F24_trailing_delimiters_are_ignored(lines, end, send):
    records = text_of(reviews(6)).splitlines()
    records[lines] = [record + end for record in records[lines]]

    delivery = send("\n".join(records).encode())

    assert delivery.report["rows"]["rejected"] == 0
    assert delivery.holds_each_mark_once(6)
    assert set(delivery.column("extra")) == {None}


def test_F24_blank_lines_are_not_rows(send):
    delivery = send(file_of(reviews(5)).replace(b"\n", b"\n\n\n") + b"\n\n")

    assert delivery.column("source_row") == [1, 2, 3, 4, 5]

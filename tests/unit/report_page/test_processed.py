"""The page of a processed file says what its reports say."""

import copy

from tastetrend_etl import report_page
from tastetrend_etl.limits import THRESHOLDS
from tastetrend_etl.report_page.checks import OTHER_CHECKS
from tastetrend_etl.report_page.labels import (
    NO_COLUMN,
    RESTAURANT_FIELDS,
    REVIEW_CHECKS,
    REVIEW_FIELDS,
    SHARES,
)
from tastetrend_etl.schema import GROUP_COLUMNS, RESTAURANT_INFO_COLUMNS, SYNONYMS
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews
from tests.unit.report_page.pages import parse


def reports_of(rows, *more_columns, key="r.csv"):
    """Return copies of a file's reports: parts of them are shared between files."""
    return copy.deepcopy(run(file_of(rows, header=(*HEADER, *more_columns)), key=key).reports)


def page_of(rows, *more_columns):
    return parse(report_page.render_processed(*reports_of(rows, *more_columns)))


def lead(page):
    return page.only("p", class_="lead").text


def bars(page, section, caption):
    """Return the labels and the counts of a column chart."""
    [figure] = [
        each
        for each in page.only("section", id=section).all("figure")
        if each.only("figcaption").text.startswith(caption)
    ]
    return dict(item.text.split(": ") for item in figure.all("li"))


def test_every_check_and_field_has_words():
    assert THRESHOLDS.keys() == SHARES.keys() | OTHER_CHECKS.keys()
    assert REVIEW_CHECKS.keys() | NO_COLUMN.keys() <= THRESHOLDS.keys()
    assert {field for fields in REVIEW_CHECKS.values() for field in fields} <= REVIEW_FIELDS.keys()
    assert list(REVIEW_FIELDS) == list(SYNONYMS)
    assert list(RESTAURANT_FIELDS) == list(RESTAURANT_INFO_COLUMNS)


def test_a_good_file_passes_every_check():
    page = page_of([review(number, gender="F") for number in range(1, 21)], "gender")

    assert lead(page).startswith("The file was processed and passed every check: all 20 rows were written")
    assert {mark.text for mark in page.all("span", class_="mark pass")} == {"pass"}
    assert len(page.only("section", id="checks").all("li")) == len(THRESHOLDS)


def test_the_verdict_names_the_worst_check_first():
    rows = [review(number, date="soon" if number % 2 else "2024-05-01") for number in range(1, 21)]

    assert lead(page_of([*rows, rows[0]])) == (
        "The file was processed, but 1 check failed: 20 of 21 rows were written; "
        "look first at the 10 rows that have a date in no known format (50 %)."
    )


def test_a_check_stands_beside_its_thresholds():
    rows = [review(number, date="soon" if number == 1 else "2024-05-01") for number in range(1, 21)]

    first = page_of(rows).only("section", id="checks").all("li")[0]
    assert first.text == (
        "warning5 % of the rows written have a date in no known format (1 of 20)."
        "Warns above 2 %, fails above 20 %."
    )


def test_a_file_without_rows_says_so():
    page = page_of([])

    assert "a header and no rows" in lead(page)
    assert page.only("section", id="checks").only("p").text == "There are no rows to check."
    assert [item.text for item in page.only("section", id="balance").all("li")] == [
        "0 written 0 %",
        "0 rejected 0 %",
        "0 duplicates 0 %",
    ]


def test_the_balance_is_also_a_text():
    page = page_of([*reviews(6), *reviews(1), review(8, rating="", review_text="")])

    balance = page.only("section", id="balance")
    assert [item.text for item in balance.all("li")] == [
        "6 written 75 %",
        "1 rejected 12.5 %",
        "1 duplicate 12.5 %",
    ]
    assert " ".join(balance.only("svg").attributes["aria-label"].split()) == (
        "8 rows read: 6 written (75 %), 1 rejected (12.5 %), 1 duplicate (12.5 %)"
    )


def test_rejected_and_duplicate_rows_have_reason_and_numbers():
    page = page_of([*reviews(6), *reviews(1), review(8, rating="", review_text="")])

    rows = page.rows("by reason")
    assert [row[1:3] + row[4:] for row in rows] == [["1", "12.5 %", "7"], ["1", "12.5 %", "8"]]
    assert rows[0][0].startswith("The row delivers an earlier row of the file again.")


def test_issues_have_a_sentence_a_count_and_numbers():
    page = page_of(
        [review(number, date="soon", rating="0" if number == 1 else "2") for number in range(1, 9)]
    )

    assert [row[:3] + row[4:] for row in page.rows("Issues")] == [
        [
            "The date is in no known format; the cell is null. date_unparseable",
            "8",
            "100 %",
            "1, 2, 3, 4, 5 and 3 more",
        ],
        [
            "The rating is not on the scale of its column; rating_1_5 is null. rating_out_of_scale",
            "1",
            "12.5 %",
            "1",
        ],
    ]


def test_each_field_stands_beside_its_column():
    rows = [review(number, comments="More.", shift="late") for number in range(1, 9)]
    understood = (page := page_of(rows, "comments", "shift")).only("section", id="understood")

    assert ["text", "review_text", "review_text, its gaps from comments"] in page.rows("each field")
    assert "kept in extra, as in the file: comments, shift." in understood.text
    assert "no column for amount spent, tip, tip in percent, party size, age, gender and ethnicity." in (
        understood.text
    )


def test_an_inferred_encoding_says_why():
    rows = [
        review(number, review_text="Das Gemüse war schön, die Brötchen größer.") for number in range(1, 9)
    ]
    reports = run(file_of(rows).decode().encode("cp1252")).reports

    facts = dict(parse(report_page.render_processed(*reports)).rows("How the file was read"))
    assert facts["Format"] == (
        "delimited text, fields separated by comma; encoding cp1252; of the rows beyond ASCII, 0 are valid "
        "UTF-8, 8 are not; the encoding is that in which their words are the likeliest"
    )


def test_what_was_not_understood_says_what_to_do():
    rows = [review(number, gender="Martian") for number in range(1, 9)]
    validation, bias = reports_of(rows, "gender")
    validation["column_hints"] = [{"column": "c", "field": "rating", "message": "`c` looks like a rating"}]
    validation["source"] |= {"not_read_as": "uptown", "columns_missing": ["venue"]}

    page = parse(report_page.render_processed(validation, bias))
    assert [item.text for item in page.only("section", id="not-understood").all("li")] == [
        "c looks like a rating.",
        (
            "The source uptown should also have venue; send these columns under these names, or ask the "
            "operators to change the source."
        ),
        (
            "In no category of gender: Martian in 8 rows; send a known category, or ask the operators to add "
            "the word."
        ),
    ]


def test_missing_values_are_sorted_by_their_share():
    rows = [
        review(n, customer_name="" if n < 4 else "Ada", review_text="" if n < 3 else "Good") for n in range(9)
    ]

    missing = page_of(rows)
    assert [row[:3] for row in missing.rows("Missing values")[:2]] == [
        ["customer_name", "4", "44.4 %"],
        ["review_length", "3", "33.3 %"],
    ]
    assert "Missing in every row: total_spent" in missing.only("section", id="missing").text


def test_ratings_are_shown_before_and_after_scaling():
    validation, bias = reports_of([review(number, rating="4/5") for number in range(1, 9)])
    validation["rating"] |= {"delivered": {"5": {"4": 7, "0": 1}}, "mean": 3.987}

    page = parse(report_page.render_processed(validation, bias))
    before = bars(page, "ratings", "As delivered, out of 5 (8")
    assert list(before) == ["0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"]
    assert {label: rows for label, rows in before.items() if rows != "0"} == {"0": "1", "4": "7"}
    assert bars(page, "ratings", "After scaling")["4"] == "8"
    assert "3.99" in page.only("section", id="ratings").text


def test_a_report_without_delivered_ratings_shows_the_others():
    validation, bias = reports_of(reviews(10))
    validation["rating"].pop("delivered", None)

    page = parse(report_page.render_processed(validation, bias))
    assert len(page.only("section", id="ratings").all("figure")) == 1
    assert bars(page, "ratings", "After scaling")["5"] == "2"


def test_a_gap_between_months_is_zero():
    validation, bias = reports_of(reviews(10))
    validation["dates"]["by_month"] = {"2023-11": 3, "2024-02": 1_500}

    page = parse(report_page.render_processed(validation, bias))
    assert bars(page, "time", "Rows by month") == {
        "2023-11": "3",
        "2023-12": "0",
        "2024-01": "0",
        "2024-02": "1,500",
    }
    assert "most in 2024-02 (1,500 rows)" in page.only("section", id="time").text


def test_many_months_are_shown_by_year():
    validation, bias = reports_of(reviews(10))
    validation["dates"]["by_month"] = {"2019-11": 3, "2019-12": 2, "2022-01": 1}

    page = parse(report_page.render_processed(validation, bias))
    assert bars(page, "time", "Rows by year") == {"2019": "5", "2020": "0", "2021": "0", "2022": "1"}


def test_restaurant_facts_have_neither_ratings_nor_bias():
    text = b"restaurant_name,address,avg_stars,total_reviews\nThe Ladle,1 Quay Road,4.5,120\n"
    page = parse(report_page.render_processed(*run(text).reports))

    assert [each.attributes["id"] for each in page.all("section")] == [
        "balance",
        "checks",
        "understood",
        "missing",
        "issues",
        "rejected",
        "provenance",
    ]
    assert "Facts on restaurants" in page.only("section", id="understood").text


def test_provenance_names_object_versions_and_outputs():
    validation, bias = reports_of(reviews(3), key="in/r.csv")

    facts = dict(parse(report_page.render_processed(validation, bias)).rows("Provenance"))
    assert (facts["Raw bucket"], facts["Raw object"], facts["Version id"]) == ("raw", "in/r.csv", "v1")
    assert (facts["Function version"], facts["Contract version"]) == ("1", "2")
    assert facts["Dataset"] == "processed/in/processed_r.csv.parquet"
    assert facts["Uploaded"] == "2026-01-01 00:00 UTC"


def test_every_column_of_groups_has_a_title():
    page = page_of(reviews(10), "gender")

    assert len(page.only("section", id="bias").all("h3")) == len(GROUP_COLUMNS)

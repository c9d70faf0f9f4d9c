"""The page of a processed file says what its reports say."""

from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review, reviews
from tests.unit.report_page.pages import parse


def reports_of(rows):
    return run(file_of(rows, header=HEADER)).reports


def page_of(rows):
    return parse(report_page.render_processed(*reports_of(rows)))


def lead(page):
    return page.only("p", class_="lead").text


def test_a_good_file_needs_no_look():
    page = page_of(reviews(20))

    assert lead(page).startswith("The file was processed and passed every check: all 20 rows were written")


def test_the_verdict_names_the_worst_check_first():
    rows = [review(number, date="soon" if number % 2 else "2024-05-01") for number in range(1, 21)]

    assert lead(page_of([*rows, rows[0]])) == (
        "The file was processed, but 1 check failed: 20 of 21 rows were written; "
        "look first at the 10 rows that have a date in no known format (50 %)."
    )


def test_a_file_without_rows_says_so():
    page = page_of([])

    assert "a header and no rows" in lead(page)
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

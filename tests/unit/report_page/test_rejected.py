"""The page of a rejected file says why, and what its sender can do."""

import re
from pathlib import Path

from tastetrend_etl import report_page
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.report_page.labels import REASONS
from tastetrend_etl.validate.report import error_report
from tests.properties.processing import UPLOADED
from tests.unit.report_page.pages import parse

PACKAGE = Path(report_page.__file__).parents[1]
RAISED = re.compile(r"(?:RejectedFileError|TooLargeError)\(\s*(?:\"(\w+)\" if .* else )?\"(\w+)\"")


def rejected(reason, message):
    source = SourceObject("raw", "in/r.csv", "v1", "e", 1_234_567, UPLOADED)
    error = RejectedFileError(reason, message)
    return parse(report_page.render_rejected(error_report(source, "7", error, output_keys(source))))


def test_every_reason_has_words():
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))

    assert {code for match in RAISED.findall(text) for code in match if code} == REASONS.keys()


def test_the_page_says_what_was_found_and_what_to_do():
    page = rejected("empty_file", "the file holds no text; send it again with its `rows`")

    assert page.only("h1").text == "r.csv"
    assert page.only("p", class_="lead").text == (
        "The file was rejected and no row of it was written: the file holds no text."
    )
    assert page.only("section", id="reason").only("p", class_="message").text == (
        "the file holds no text; send it again with its rows"
    )
    assert "Send it again with its rows." in page.only("section", id="remedy").text
    assert dict(page.rows("Provenance"))["Size"] == "1.2 MB"
    assert page.only("header").only("span").text == "rejected"


def test_an_unknown_reason_is_shown_as_it_is():
    page = rejected("new_reason", "something; do this")

    assert "new_reason" in page.only("section", id="reason").text
    assert "The message above says what to do." in page.only("section", id="remedy").text

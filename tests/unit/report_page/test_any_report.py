"""Whatever a report holds, its page is small and complete, and shows texts as texts."""

import re

import pytest
from hypothesis import given, settings

from tastetrend_etl import report_page
from tests.properties.processing import run
from tests.unit.bad_inputs.reviews import HEADER, file_of, review
from tests.unit.report_page import reports
from tests.unit.report_page.pages import parse
from tests.unit.report_page.reports import largest_reports

MAX_BYTES = 200_000
ELEMENTS = {
    *("page", "html", "head", "meta", "link", "title", "style", "body", "header", "main", "nav", "section"),
    *("h1", "h2", "h3", "p", "a", "span", "b", "em", "strong", "code", "ul", "ol", "li", "div"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
    *("svg", "rect", "path", "line"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "rel"),
    *("href", "class", "id", "dir", "role", "scope"),
    *("aria-label", "aria-hidden", "tabindex", "viewbox", "preserveaspectratio", "d"),
    *("x", "y", "x1", "x2", "y1", "y2", "width", "height"),
}
TARGETS = re.compile(r"data:,|#[a-z-]+")


def assert_is_harmless(page):
    assert len(page.encode()) <= MAX_BYTES
    whole = parse(page)
    names = whole.names
    assert {name for name, *_ in names} <= ELEMENTS
    assert {each for _, *attributes in names for each in attributes} <= ATTRIBUTES
    links = whole.all("a") + whole.all("link")
    assert [each for each in links if not TARGETS.fullmatch(each.attributes["href"])] == []
    for element in whole.all("td") + whole.all("th") + whole.all("span"):
        assert re.fullmatch("[a-z ]*", element.attributes.get("class", ""))
    ids = [section.attributes["id"] for section in whole.all("section")]
    assert [link.attributes["href"] for nav in whole.all("nav") for link in nav.all("a")] in (
        [],
        [f"#{each}" for each in ids],
    )


@pytest.mark.parametrize("text", ['"' * 3_000, "\N{GRINNING FACE}" * 3_000, "&lt; " * 1_000])
def test_the_page_of_the_largest_reports_is_small(text):
    assert_is_harmless(report_page.render_processed(*largest_reports(text)))


@pytest.mark.parametrize("letter", ["a", "\N{CJK UNIFIED IDEOGRAPH-8A55}"])
def test_the_page_of_many_columns_and_locations_is_complete(letter):
    columns = [f"{letter * 50} {i}" for i in range(300)]
    rows = [review(i, location=f"{letter * 50} {i % 1_000}", gender=f"{letter * 5}{i}") for i in range(5_000)]
    validation, bias = run(file_of(rows, header=(*HEADER, "gender", *columns)), limit=1 << 24).reports

    page = report_page.render_processed(validation, bias)

    assert_is_harmless(page)
    assert "Left out" not in page
    assert "980\N{NO-BREAK SPACE}more groups" in page


def test_a_page_shows_markup_as_text():
    name = "<script>alert('1')</script>"
    validation, bias = largest_reports(name, 3)
    page = report_page.render_processed(validation, bias)

    whole = parse(page)
    assert "<script" not in page
    for section in (
        "understood",
        "not-understood",
        "missing",
        "ratings",
        "issues",
        "rejected",
        "bias",
        "provenance",
    ):
        assert name in whole.only("section", id=section).text, section
    assert name in whole.only("h1").text
    assert name in whole.only("title").text


@given(reports.validations, reports.biases)
@settings(max_examples=100)
def test_the_page_of_any_reports(validation, bias):
    assert_is_harmless(report_page.render_processed(validation, bias))


@given(reports.validations)
@settings(max_examples=30)
def test_the_page_of_any_report_without_bias(validation):
    assert_is_harmless(report_page.render_processed(validation, None))


@given(reports.errors)
@settings(max_examples=50)
def test_the_page_of_any_rejected_file(error):
    assert_is_harmless(report_page.render_rejected(error))

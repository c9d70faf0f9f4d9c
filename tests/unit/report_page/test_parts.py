"""The parts of all pages: elements, tables and figures."""

import pytest

from tastetrend_etl.report_page.figures import count, percent, plural, prose, row_numbers, size
from tastetrend_etl.report_page.parts import Html, badge, document, join, table, tag
from tests.unit.report_page.pages import parse

NO_BREAK = "\N{NO-BREAK SPACE}"


def test_a_text_is_escaped_once_and_html_is_not():
    inner = tag("b", "<&>")

    assert tag("p", inner, " & ", title="\"'<") == (
        '<p title="&quot;&#x27;&lt;"><b>&lt;&amp;&gt;</b> &amp; </p>'
    )
    assert join(["<", Html("<br>")], " > ") == "&lt; &gt; <br>"


def test_what_html_cannot_hold_is_replaced():
    assert tag("p", "a\x00\ud800\x1bb\n") == "<p>a\ufffd\ufffd\ufffdb\n</p>"


def test_a_table_names_its_columns_and_rows_and_scrolls_by_keyboard():
    whole = parse(table("Reasons", [("Reason", ""), ("Rows", "number")], [("ragged", "3")]))

    region = whole.only("div", role="region")
    assert (region.attributes["tabindex"], region.attributes["aria-label"]) == ("0", "Reasons")
    assert whole.only("caption").text == "Reasons"
    assert [head.text for head in whole.all("th", scope="col")] == ["Reason", "Rows"]
    assert whole.only("th", scope="row").text == "ragged"
    assert whole.only("td", class_="number").text == "3"


def test_a_status_that_is_not_known_is_a_text():
    assert badge('x" onclick="y') == '<span class="mark unknown">x&quot; onclick=&quot;y</span>'


def test_a_page_loads_nothing_and_runs_nothing():
    page = document("t", tag("h1", "t"), [tag("p", "$style $5")])

    policy = parse(page).only("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert [word for word in ("http:", "https:", "//", "url(", "@import", "<script") if word in page] == []
    assert "<p>$style $5</p>" in page


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.0001, "under 0.1"), (0.016314, "1.6"), (0.3, "30"), (0.9999, "over 99.9"), (1, "100")],
)
def test_only_none_and_all_are_whole_shares(share, text):
    assert percent(share) == f"{text}{NO_BREAK}%"


def test_figures_have_thousands_separators():
    assert (count(1_234_567), count(0.25), count(2.0)) == ("1,234,567", "0.25", "2")
    assert (plural(1, "row"), plural(1_000, "row")) == (f"1{NO_BREAK}row", f"1,000{NO_BREAK}rows")
    assert (size(999), size(847_110), size(5_000_000_000_000)) == (
        f"999{NO_BREAK}bytes",
        f"847.1{NO_BREAK}KB",
        f"5,000.0{NO_BREAK}GB",
    )
    assert row_numbers([1_196, 1_227], 7) == "1196, 1227 and 5 more"


def test_names_between_backticks_are_code():
    assert prose("`a<` is b") == "<code>a&lt;</code> is b"

"""Shows the balance of a file's rows, their issues, and the rejected and duplicate ones."""

from collections.abc import Mapping
from typing import Any

from tastetrend_etl.report_page.charts import bar, flow
from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import (
    MAX_ROWS,
    clip,
    code,
    count,
    in_words,
    percent,
    plural,
    prose,
    row_numbers,
    share_of,
)
from tastetrend_etl.report_page.labels import FIELDS
from tastetrend_etl.report_page.parts import Html, join, section, table, tag
from tastetrend_etl.report_page.verdict import row_counts

_COLUMNS = [
    ("Rows", "number"),
    ("Share", "number"),
    ("Share as a bar", "chart"),
    ("First row numbers", "numbers"),
]
_NUMBERS = "Row 1 is the first row below the header."
_MAX_PARTS = 5


def balance(validation: Report) -> Html:
    """Return the section on where the rows went."""
    return section("balance", "Balance", flow(row_counts(validation)))


def issues(validation: Report) -> Html | None:
    """Return the section on issues of written rows, the most frequent first."""
    by_code = validation.get("issues")
    if by_code is None:
        return None
    if not by_code:
        return section("issues", "Issues", tag("p", "No written row has an issue."))
    return section(
        "issues",
        "Issues",
        tag("p", "These rows were written; the cell with the issue may be null. ", _NUMBERS),
        _counts("Issues of the rows written", "Issue", by_code),
    )


def rejected(validation: Report) -> Html:
    """Return the section on rows that were not written, by reason."""
    repeated = validation.get("duplicates", {})
    reasons = validation.get("rejections", {}) | ({"duplicate": repeated} if repeated.get("count") else {})
    if not reasons:
        return section("rejected", "Rejected and duplicate rows", tag("p", "There are none."))
    kept = validation.get("outputs", {}).get("rejected")
    return section(
        "rejected",
        "Rejected and duplicate rows",
        tag("p", _NUMBERS),
        _counts("Rows that were not written, by reason", "Reason", reasons),
        tag("p", "All of them, as delivered: ", code_key(kept)) if kept else "",
    )


def code_key(key: object) -> Html:
    """Return an object's key, of which even a long one is shown whole as far as S3 allows."""
    return tag("code", clip(key, 1_100))


def _counts(caption: str, title: str, by_code: Mapping[str, Any]) -> Html:
    ordered = sorted(by_code.items(), key=lambda pair: (-pair[1]["count"], pair[0]))
    lines = [_line(name, counted) for name, counted in ordered[:MAX_ROWS]]
    shown = table(caption, [(title, "long"), *_COLUMNS], lines)
    hidden = len(ordered) - len(lines)
    return join([shown, tag("p", f"{plural(hidden, 'more code')} not shown.")]) if hidden else shown


def _line(name: str, counted: Mapping[str, Any]) -> tuple[object, ...]:
    share = share_of(counted["count"], counted.get("of", 0))
    meaning = prose(counted.get("meaning", ""))
    return (
        join([meaning, " ", code(name), _parts(counted)]),
        count(counted["count"]),
        percent(share),
        bar(share),
        row_numbers(counted.get("examples", ()), counted["count"]),
    )


def _parts(counted: Mapping[str, Any]) -> Html | str:
    """Return the rows of an issue by column, of those that are counted so."""
    by_column = list(counted.get("columns", {}).items())[:_MAX_PARTS]
    parts = [f"{clip(FIELDS.get(column, column))} in {plural(rows, 'row')}" for column, rows in by_column]
    return tag("span", " ", in_words(parts), class_="soft") if parts else ""

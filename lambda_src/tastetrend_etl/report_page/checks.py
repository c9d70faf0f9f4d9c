"""Shows each check as a sentence, with its value against its thresholds."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tastetrend_etl.limits import MAX_COLUMNS, SEVERITY
from tastetrend_etl.report_page.charts import gauge
from tastetrend_etl.report_page.figures import MAX_ROWS, code, count, percent, points, prose
from tastetrend_etl.report_page.labels import NO_COLUMN, REVIEW_CHECKS, SHARES
from tastetrend_etl.report_page.parts import Html, badge, join, section, tag

Report = Mapping[str, Any]  # a JSON document


def worst_first(validation: Report) -> list[Report]:
    """Return the checks, failures first; equal ones in the order of the report."""
    ranks: dict[str, int] = {status: rank for rank, status in enumerate(SEVERITY)}
    worst = len(ranks)
    return sorted(validation.get("checks", ()), key=lambda check: -ranks.get(check["status"], worst))


def checks(validation: Report) -> Html | None:
    """Return the section of the checks that concern the file."""
    ordered = [check for check in worst_first(validation) if _concerns(check, validation)]
    if not ordered:
        return None
    if validation.get("rows", {}).get("read") == 0:
        return section("checks", "Checks", tag("p", "There are no rows to check."))
    items = [_item(check, validation) for check in ordered[:MAX_ROWS]]
    return section("checks", "Checks", tag("ul", *items, class_="checks", role="list"))


def _concerns(check: Report, validation: Report) -> bool:
    """Return whether a check is on this kind of file and on a column that it has, or did not pass."""
    fields = REVIEW_CHECKS.get(check["name"])
    if fields is None or check["status"] != "pass":
        return True
    is_review = validation.get("source", {}).get("kind") == "reviews"
    return is_review and (check["name"] in NO_COLUMN or not fields or _has_column(fields, validation))


def _has_column(fields: Iterable[str], validation: Report) -> bool:
    """Return whether the file has a column of one of the fields, or does not say which it has."""
    mapping = validation.get("column_mapping")
    return mapping is None or any(field in mapping for field in fields)


def _item(check: Report, validation: Report) -> Html:
    threshold, name = check["threshold"], check["name"]
    drawing = gauge(check["value"], threshold["warn"], threshold["fail"], check["status"])
    absent = name in NO_COLUMN and not _has_column(REVIEW_CHECKS[name], validation)
    source = validation.get("source", {}).get("not_read_as", "")
    text = tag("p", NO_COLUMN[name] if absent else sentence(check, source))
    return tag("li", badge(check["status"]), text, tag("p", _limits(check), class_="soft"), drawing)


def sentence(check: Report, source: str) -> Html:
    """Return what a check found, in a sentence.

    Args:
        check: of the report.
        source: the source by which the file was not read; empty if there is none.
    """
    name = check["name"]
    if name in SHARES and check.get("of") is not None:
        base, predicate, none = SHARES[name]
        share = tag("b", percent(check["value"]))
        some = join([share, f" of the rows {base} {predicate} ({_ratio(check)})."])
        return some if check["count"] else join([none])
    if name in OTHER_CHECKS:
        return join(OTHER_CHECKS[name](check["value"], source))
    return join([code(name), ": ", prose(check.get("meaning", "")), " ", tag("b", count(check["value"]))])


def _row_balance(value: float, _source: str) -> Iterable[object]:
    yield "The rows written, rejected and duplicate are " if value else "Every row read is "
    yield "not all rows read." if value else "written, rejected or a duplicate."


def _mixed_scale(value: float, _source: str) -> Iterable[object]:
    yield tag("b", points(value), " more") if round(value, 3) > 0 else "No more"
    yield " of the ratings than of evenly spread ones are on a smaller scale."


def _source_columns(value: float, source: str) -> Iterable[object]:
    if not value:
        return ["No column is missing that the file's source should have."]
    return ["Columns of the source ", code(source), " are missing: ", tag("b", count(value)), "."]


OTHER_CHECKS: Mapping[str, Callable[[float, str], Iterable[object]]] = {
    "row_balance": _row_balance,
    "mixed_scale": _mixed_scale,
    "source_columns_missing": _source_columns,
}


def _ratio(check: Report) -> str:
    return f"{count(check['count'])} of {count(check['of'])}"


def _limits(check: Report) -> str:
    """Return the thresholds in words; without those that no value exceeds."""
    warn, fail = check["threshold"]["warn"], check["threshold"]["fail"]
    is_share = check.get("of") is not None or check["name"] == "mixed_scale"
    shown = points if check["name"] == "mixed_scale" else percent if is_share else count
    if warn == fail:
        return f"Fails above {shown(fail)}."
    never_fails = fail >= 1 if is_share else fail >= MAX_COLUMNS
    return f"Warns above {shown(warn)}{'.' if never_fails else f', fails above {shown(fail)}.'}"

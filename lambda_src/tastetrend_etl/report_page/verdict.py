"""Says in one sentence what happened to a file and what to look at first."""

from collections.abc import Iterator

from tastetrend_etl.report_page.checks import Report, worst_first
from tastetrend_etl.report_page.figures import count, percent, plural, points
from tastetrend_etl.report_page.labels import SHARES
from tastetrend_etl.report_page.named_groups import named_groups
from tastetrend_etl.report_page.parts import Html, join, tag

_SINGULAR = {"were": "was", "have": "has", "repeat": "repeats"}
_NO_ROWS = {"read": 0, "written": 0, "rejected": 0, "duplicate": 0}


def verdict(validation: Report, bias: Report | None) -> Html:
    """Return the sentence, with a link to what to look at first."""
    rows = row_counts(validation)
    if not rows["read"]:
        return join(["The file has a header and no rows, so nothing was written; ask for the rows."])
    first = next(_look_at(validation, bias), None)
    ending = ["; look first at ", first, "."] if first else ["; nothing in it needs a look."]
    return join([f"{_result(validation)}: {_written(rows)}", *ending])


def row_counts(validation: Report) -> dict[str, int]:
    """Return the rows by outcome, 0 for one that the report does not have."""
    return {**_NO_ROWS, **validation.get("rows", {})}


def _result(validation: Report) -> str:
    statuses = [check["status"] for check in validation.get("checks", ())]
    failed, warned = statuses.count("fail"), statuses.count("warn")
    if failed:
        return f"The file was processed, but {plural(failed, 'check')} failed"
    if warned:
        return f"The file was processed with {plural(warned, 'warning')}"
    return "The file was processed and passed every check"


def _written(rows: dict[str, int]) -> str:
    read, written = rows["read"], rows["written"]
    if not written:
        return f"none of its {plural(read, 'row')} was written"
    if written == read:
        return "its only row was written" if read == 1 else f"all {count(read)} rows were written"
    return f"{count(written)} of {count(read)} rows were written"


def _look_at(validation: Report, bias: Report | None) -> Iterator[Html]:
    """Yield what deserves a look, the most urgent first."""
    rows = row_counts(validation)
    for check in worst_first(validation):
        if check["status"] != "pass":
            yield _link("checks", _subject(check))
    if validation.get("column_hints"):
        yield _link("not-understood", "the columns that were not understood")
    if rows["rejected"]:
        yield _link("rejected", f"the {_rows(rows['rejected'], 'rejected row')}")
    if issues := validation.get("issues"):
        affected = max(issue["count"] for issue in issues.values())
        yield _link("issues", f"the most frequent issue, in {plural(affected, 'row')}")
    if bias and any(_breaks(*column) for column in bias.get("columns", {}).items()):
        yield _link("bias", "the groups of reviewers that break a threshold")
    if rows["duplicate"]:
        yield _link("rejected", f"the {_rows(rows['duplicate'], 'duplicate')}")


def _breaks(name: str, column: Report) -> bool:
    """Return whether a group that the page names breaks a threshold."""
    return any(group["breaks"] for group in named_groups(name, column["groups"]).values())


def _subject(check: Report) -> str:
    """Return what a check complains of."""
    name, value = check["name"], check["value"]
    if name in SHARES and check.get("count") is not None:
        _, predicate, _ = SHARES[name]
        words = _singular(predicate) if check["count"] == 1 else predicate
        return f"the {_rows(check['count'], 'row')} that {words} ({percent(value)})"
    return {
        "row_balance": "the rows that are missing from the balance",
        "mixed_scale": f"the ratings on a smaller scale ({points(value)} more than of evenly spread ones)",
        "source_columns_missing": "the columns of its source that it lacks",
    }.get(name, "the check that did not pass")


def _singular(predicate: str) -> str:
    verb, rest = predicate.split(" ", 1)
    return f"{_SINGULAR.get(verb, verb)} {rest}"


def _rows(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else plural(number, noun)


def _link(target: str, text: str) -> Html:
    return tag("a", text, href=f"#{target}")

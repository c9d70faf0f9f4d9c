"""Puts the sections of a file's page together."""

from collections.abc import Iterable

from tastetrend_etl.report_page.checks import Report, checks
from tastetrend_etl.report_page.figures import clip, code, moment, prose, size
from tastetrend_etl.report_page.groups import bias as bias_section
from tastetrend_etl.report_page.labels import REASONS
from tastetrend_etl.report_page.parts import Html, badge, document, join, section, tag
from tastetrend_etl.report_page.provenance import provenance
from tastetrend_etl.report_page.rows import balance, issues, rejected
from tastetrend_etl.report_page.understood import not_understood, understood
from tastetrend_etl.report_page.values import missing_values, over_time, ratings
from tastetrend_etl.report_page.verdict import verdict

_NAV = {
    "balance": "Balance",
    "checks": "Checks",
    "understood": "Understood",
    "not-understood": "Not understood",
    "missing": "Missing",
    "ratings": "Ratings",
    "time": "Time",
    "issues": "Issues",
    "rejected": "Rejected",
    "bias": "Bias",
    "provenance": "Provenance",
}
_MAX_BYTES = 180_000  # of all sections; the style sheet and the notes have the rest of 200 KB
_TOO_LARGE = "Left out, as it would make the page too large; the report in JSON has it."
_NO_REASON = ("The file cannot be processed.", "The message above says what to do.")


def render_processed(validation: Report, bias: Report | None) -> str:
    """Return the page of a processed file.

    Args:
        validation: the validation report, as JSON; a section whose facts it lacks is left out.
        bias: the bias report; None if the file has no reviews.
    """
    sections = _fit({name: part for name, part in _sections(validation, bias).items() if part is not None})
    lead = tag("p", verdict(validation, bias), class_="lead")
    title = f"{_file(validation)}: {clip(validation.get('status', ''))}"
    return document(title, _header(validation), [lead, _navigation(sections), *sections.values()])


def _sections(validation: Report, bias: Report | None) -> dict[str, Html | None]:
    """Return id → section in the order of the page, None for one that the reports have no facts for."""
    return {
        "balance": balance(validation),
        "checks": checks(validation),
        "understood": understood(validation),
        "not-understood": not_understood(validation),
        "missing": missing_values(validation),
        "ratings": ratings(validation, bias),
        "time": over_time(validation),
        "issues": issues(validation),
        "rejected": rejected(validation),
        "bias": bias_section(bias),
        "provenance": provenance(validation),
    }


def _fit(sections: dict[str, Html]) -> dict[str, Html]:
    """Return the sections, with a note instead of each that would make the page too large."""
    room, fitting = _MAX_BYTES - len(sections["provenance"].encode()), {}
    for name, part in sections.items():
        size_of_it = 0 if name == "provenance" else len(part.encode())
        if size_of_it > room:
            fitting[name] = section(name, _NAV[name], tag("p", _TOO_LARGE))
        else:
            room, fitting[name] = room - size_of_it, part
    return fitting


def render_rejected(report: Report) -> str:
    """Return the page of a rejected file.

    Args:
        report: the error report, as JSON.
    """
    words, advice = REASONS.get(report.get("reason", ""), _NO_REASON)
    lead = tag("p", f"The file was rejected and no row of it was written: {_lower(words)}", class_="lead")
    message = tag("p", prose(report.get("message", "")), class_="message")
    why = section("reason", "Why", message, tag("p", "Reason code ", code(report.get("reason", ""))))
    again = tag("p", "A file that is sent again under the same key is processed again.")
    remedy = section("remedy", "What the sender can do", tag("p", advice), again)
    return document(f"{_file(report)}: rejected", _header(report), [lead, why, remedy, provenance(report)])


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _file(report: Report) -> str:
    return clip(report.get("source", {}).get("file", "") or "(no name)", 200)


def _header(report: Report) -> Html:
    raw = report.get("raw_object", {})
    facts = [size(raw["size"])] if "size" in raw else []
    if "last_modified" in raw:
        facts.append(f"uploaded {moment(raw['last_modified'])}")
    return join(
        [
            tag("p", "TasteTrend, quality of a file", class_="eyebrow"),
            tag("h1", _file(report), dir="auto"),
            badge(str(report.get("status", ""))[:20]),
            tag("p", ", ".join(facts), class_="soft") if facts else "",
        ]
    )


def _navigation(shown: Iterable[str]) -> Html:
    links = [tag("li", tag("a", _NAV[name], href=f"#{name}")) for name in shown]
    return tag("nav", tag("ul", *links, role="list"), aria_label="Sections")

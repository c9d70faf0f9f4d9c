"""Renders a verdict as one self-contained HTML page."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template

from tastetrend_etl.limits import Status
from tastetrend_gate.verdict import LIMITS, FileResult, Reason, Verdict

_TEMPLATE = Template((Path(__file__).parent / "html_report.html").read_text(encoding="utf-8"))
_COUNTS = ("read", "written", "rejected", "duplicate")
_SUMMARIES: Mapping[Status, str] = {
    "pass": "Its results for the golden files are as expected.",  # nosec B105 # no password
    "warn": "It may be promoted: check first what has changed.",
    "fail": "It must not be promoted.",
}


def render(verdict: Verdict) -> str:
    """Return the page as HTML."""
    return _TEMPLATE.substitute(
        version=escape(verdict.version),
        status=verdict.status,
        comparisons=escape(_comparisons(verdict)),
        summary=_SUMMARIES[verdict.status],
        reasons=_reasons(verdict),
        files="\n".join(map(_file, verdict.files)),
        limits="\n".join(_limits()),
        run=escape(verdict.run),
    )


def _comparisons(verdict: Verdict) -> str:
    """Return how many comparisons were made with what, and what could not be compared."""
    truth, baseline = verdict.counts["truth"], verdict.counts["baseline"]
    others = f"and {baseline:,} with version {verdict.baseline}"
    others = others if verdict.baseline else "alone: there is no baseline"
    omitted = f" Not compared: {'; '.join(verdict.not_compared)}." if verdict.not_compared else ""
    return f"Comparisons over {len(verdict.files)} golden files: {truth:,} with the truth {others}.{omitted}"


def _reasons(verdict: Verdict) -> str:
    if not verdict.reasons:
        return ""
    rows = "\n".join(map(_reason, verdict.reasons))
    title = "Why it fails" if verdict.status == "fail" else "What has changed"
    return (
        f'<h2>{title}</h2>\n<div class="sheet"><table>\n'
        "<thead><tr><th></th><th>file</th><th>what</th><th>figures</th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _reason(reason: Reason) -> str:
    return _row(
        _badge(reason.severity),
        f"<code>{escape(reason.file)}</code>",
        f"<code>{escape(reason.subject)}</code>",
        f"<ul>{''.join(f'<li>{escape(figure)}</li>' for figure in reason.figures.split('; '))}</ul>",
    )


def _file(result: FileResult) -> str:
    counts = (f"{result.rows[name]:,}" if result.rows else "" for name in _COUNTS)
    return _row(
        f"<code>{escape(result.file)}</code>",
        escape(result.outcome),
        *map(_number, (*counts, f"{result.comparisons:,}")),
        _badge(result.status),
    )


def _limits() -> Iterable[str]:
    for measure, limits in LIMITS.items():
        both = (limits["truth"], limits["baseline"])
        figures = (f"{figure:g}" for each in both for figure in (each.warn, each.fail))
        yield _row(escape(measure), *map(_number, figures))


def _row(*cells: str) -> str:
    return f"<tr>{''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in cells)}</tr>"


def _number(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _badge(status: Status) -> str:
    return f'<span class="mark {status}">{status}</span>'

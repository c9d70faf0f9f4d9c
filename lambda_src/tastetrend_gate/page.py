"""Shows a verdict to a person, as one page that needs nothing else."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template

from tastetrend_gate.verdict import LIMITS, FileResult, Reason, Status, Verdict

_TEMPLATE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
_COUNTS = ("read", "written", "rejected", "duplicate")
_SAID: Mapping[Status, str] = {
    "pass": "It treats the golden files as it must.",
    "warn": "It may be promoted: look at what has changed first.",
    "fail": "It must not be promoted.",
}


def render(verdict: Verdict) -> str:
    """Return the page as HTML."""
    return _TEMPLATE.substitute(
        version=escape(verdict.version),
        status=verdict.status,
        compared=escape(_compared(verdict)),
        said=_SAID[verdict.status],
        against=_against(verdict),
        files=_lines(map(_file, verdict.files)),
        limits=_lines(_limits()),
        run=escape(verdict.run),
    )


def _compared(verdict: Verdict) -> str:
    comparisons = sum(result.comparisons for result in verdict.files)
    whom = f"and with version {verdict.baseline}" if verdict.baseline else "alone: there is no baseline"
    return f"{comparisons:,} comparisons over {len(verdict.files)} golden files, with the truth {whom}."


def _against(verdict: Verdict) -> str:
    if not verdict.reasons:
        return ""
    title = "What speaks against it" if verdict.status == "fail" else "What has changed"
    return (
        f'<h2>{title}</h2>\n<div class="sheet"><table>\n'
        "<thead><tr><th></th><th>file</th><th>what</th><th>figures</th></tr></thead>\n"
        f"<tbody>\n{_lines(map(_reason, verdict.reasons))}\n</tbody></table></div>"
    )


def _reason(reason: Reason) -> str:
    return _row(
        _mark(reason.severity),
        f"<code>{escape(reason.file)}</code>",
        f"<code>{escape(reason.subject)}</code>",
        _list(reason.figures.split("; ")),
    )


def _file(result: FileResult) -> str:
    counts = (f"{result.rows[name]:,}" if result.rows else "" for name in _COUNTS)
    return _row(
        f"<code>{escape(result.file)}</code>",
        escape(result.outcome),
        *map(_number, (*counts, f"{result.comparisons:,}")),
        _mark(result.status),
    )


def _limits() -> Iterable[str]:
    for measure, against in LIMITS.items():
        limits = (against["truth"], against["baseline"])
        figures = (f"{figure:g}" for each in limits for figure in (each.warn, each.fail))
        yield _row(escape(measure), *map(_number, figures))


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _row(*cells: str) -> str:
    return f"<tr>{''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in cells)}</tr>"


def _number(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _mark(status: Status) -> str:
    return f'<span class="mark {status}">{status}</span>'

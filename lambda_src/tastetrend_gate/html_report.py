"""Renders a verdict as one self-contained HTML page."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template

from tastetrend_etl.limits import Status
from tastetrend_gate.models import Reason, RetrievalCheck, Runtime
from tastetrend_gate.retrieval_check import MAX_LOSS, MIN_RECALL
from tastetrend_gate.retrieval_metrics import K
from tastetrend_gate.verdict import LIMITS, FileResult, Verdict

_TEMPLATE = Template((Path(__file__).parent / "html_report.html").read_text(encoding="utf-8"))
_RETRIEVAL = Template(
    "<h2>Retrieval</h2>\n"
    '<div class="sheet" tabindex="0" role="region" aria-label="Retrieval"><table>\n'
    '<thead><tr><th>measure</th><th class="number">this version</th>'
    '<th class="number">baseline</th></tr></thead>\n'
    "<tbody>\n$rows\n</tbody></table></div>\n"
    "<p>$questions questions to $sentences sentences of golden reviews, by the recipe <code>$recipe</code>. "
    "Recall must be at least $least, and may be $loss below the baseline.</p>"
)
_COUNTS = ("read", "written", "rejected", "duplicate")
_SUMMARIES: Mapping[Status, str] = {
    "pass": "Its results are as expected.",  # nosec B105 # no password
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
        retrieval=_retrieval(verdict.retrieval),
        runtimes="\n".join(map(_runtime, verdict.runtimes.items())),
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
        f'<h2>{title}</h2>\n<div class="sheet" tabindex="0" role="region" aria-label="{title}"><table>\n'
        "<thead><tr><th>verdict</th><th>file</th><th>what</th><th>figures</th></tr></thead>\n"
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


def _retrieval(check: RetrievalCheck) -> str:
    """Return a section with the figures of retrieval; where it was not measured, the page says so above."""
    if not check.figures:
        return ""
    both = (check.figures, check.baseline)
    rows = "\n".join(
        _row(name, *(_number(f"{getattr(each, field):.3f}" if each else "") for each in both))
        for name, field in ((f"recall@{K}", "recall"), (f"nDCG@{K}", "ndcg"))
    )
    return _RETRIEVAL.substitute(
        rows=rows,
        sentences=f"{check.figures.sentences:,}",
        questions=check.figures.questions,
        recipe=escape(check.figures.recipe),
        least=f"{MIN_RECALL:g}",
        loss=f"{MAX_LOSS.fail:g}",
    )


def _runtime(named: tuple[str, Runtime | None]) -> str:
    name, runtime = named
    parts = [f"{part} {value}" for part, value in (runtime or {"": "not known"}).items()]
    return _row(escape(name), escape(", ".join(parts).replace("_", " ").strip()))


def _row(*cells: str) -> str:
    return f"<tr>{''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in cells)}</tr>"


def _number(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _badge(status: Status) -> str:
    return f'<span class="mark {status}">{status}</span>'

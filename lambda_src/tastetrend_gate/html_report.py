"""Renders a verdict as one self-contained HTML page."""

from collections.abc import Iterable, Mapping, Sequence

from tastetrend_etl.limits import Status
from tastetrend_etl.report_page.parts import Html, badge, document, join, table, tag
from tastetrend_gate.models import Reason, RetrievalCheck, Runtime
from tastetrend_gate.retrieval_check import MAX_LOSS, MIN_RECALL
from tastetrend_gate.retrieval_metrics import K
from tastetrend_gate.verdict import LIMITS, FileResult, Verdict

_COUNTS = ("read", "written", "rejected", "duplicate")
_NUMBER = "number"
_FILES = [
    ("file", ""),
    ("outcome", ""),
    *((name, _NUMBER) for name in (*_COUNTS, "comparisons")),
    ("verdict", ""),
]
_LIMITS = [
    ("measure", ""),
    ("truth: warn above", _NUMBER),
    ("fail above", _NUMBER),
    ("baseline: warn above", _NUMBER),
    ("fail above", _NUMBER),
]
_ABOUT_LIMITS = (
    "The truth about a golden file is known by construction. Where a version agrees with it, a difference "
    "from the baseline is at most a warning; columns without a known truth are compared with the baseline "
    "alone."
)
_SUMMARIES: Mapping[Status, str] = {
    "pass": "Its results are as expected.",  # nosec B105 # no password
    "warn": "It may be promoted: check first what has changed.",
    "fail": "It must not be promoted.",
}


def render(verdict: Verdict) -> str:
    """Return the page as HTML."""
    heading = [
        tag("p", "TasteTrend quality gate", class_="eyebrow"),
        tag("h1", f"Version {verdict.version}"),
        badge(verdict.status, verdict.status),
    ]
    main = [
        tag("p", _comparisons(verdict)),
        tag("p", _SUMMARIES[verdict.status]),
        *_reasons(verdict),
        *_section("Golden files", _FILES, map(_file, verdict.files)),
        *_retrieval(verdict.retrieval),
        *_section("Runs on", (), map(_runtime, verdict.runtimes.items())),
        *_section("Limits", _LIMITS, _limits()),
        tag("p", _ABOUT_LIMITS),
    ]
    golden = ". Golden files are made up and contain no guest of any restaurant."
    footer = join(["Run ", tag("code", verdict.run), golden])
    return document(
        f"Quality gate: version {verdict.version}, {verdict.status}", join(heading), main, footer=footer
    )


def _section(
    title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]], row_header: int = 0
) -> list[Html]:
    return [tag("h2", title), table(title, columns, rows, row_header=row_header)]


def _comparisons(verdict: Verdict) -> str:
    """Return how many comparisons were made with what, and what could not be compared."""
    truth, baseline = verdict.counts["truth"], verdict.counts["baseline"]
    others = f"and {baseline:,} with version {verdict.baseline}"
    others = others if verdict.baseline else "alone: there is no baseline"
    omitted = f" Not compared: {'; '.join(verdict.not_compared)}." if verdict.not_compared else ""
    return f"Comparisons over {len(verdict.files)} golden files: {truth:,} with the truth {others}.{omitted}"


def _reasons(verdict: Verdict) -> list[Html]:
    if not verdict.reasons:
        return []
    title = "Why it fails" if verdict.status == "fail" else "What has changed"
    columns = [("", ""), ("file", ""), ("what", ""), ("figures", "")]
    return _section(title, columns, map(_reason, verdict.reasons), row_header=1)


def _reason(reason: Reason) -> tuple[Html, ...]:
    figures = (tag("li", figure) for figure in reason.figures.split("; "))
    return (
        badge(reason.severity, reason.severity),
        tag("code", reason.file),
        tag("code", reason.subject),
        tag("ul", *figures, class_="figures"),
    )


def _file(result: FileResult) -> tuple[object, ...]:
    counts = (f"{result.rows[name]:,}" if result.rows else "" for name in _COUNTS)
    return (
        tag("code", result.file),
        result.outcome,
        *counts,
        f"{result.comparisons:,}",
        badge(result.status, result.status),
    )


def _limits() -> Iterable[tuple[str, ...]]:
    for measure, limits in LIMITS.items():
        both = (limits["truth"], limits["baseline"])
        yield measure, *(f"{figure:g}" for each in both for figure in (each.warn, each.fail))


def _retrieval(check: RetrievalCheck) -> list[Html]:
    """Return a section with the figures of retrieval; where it was not measured, the page says so above."""
    if not check.figures:
        return []
    both = (check.figures, check.baseline)
    rows = [
        (name, *(f"{getattr(each, field):.3f}" if each else "" for each in both))
        for name, field in ((f"recall@{K}", "recall"), (f"nDCG@{K}", "ndcg"))
    ]
    columns = [("measure", ""), ("this version", _NUMBER), ("baseline", _NUMBER)]
    questions = (
        f"{check.figures.questions} questions to {check.figures.sentences:,} sentences of golden reviews"
    )
    limits = f". Recall must be at least {MIN_RECALL:g}, and may be {MAX_LOSS.fail:g} below the baseline."
    recipe = tag("code", check.figures.recipe)
    return [*_section("Retrieval", columns, rows), tag("p", questions, ", by the recipe ", recipe, limits)]


def _runtime(named: tuple[str, Runtime | None]) -> tuple[str, str]:
    name, runtime = named
    parts = [f"{part} {value}" for part, value in (runtime or {"": "not known"}).items()]
    return name, ", ".join(parts).replace("_", " ").strip()

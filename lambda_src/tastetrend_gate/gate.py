"""Knows the order of the gate: replay every golden file, compare, judge."""

from tastetrend_gate.compare import compare
from tastetrend_gate.golden import Golden, golden_files
from tastetrend_gate.records import Facts, Finding
from tastetrend_gate.replay import Stage, replay
from tastetrend_gate.verdict import FileResult, Verdict, reasons, worst


def run_checks(version: str, baseline: str | None, stage: Stage) -> Verdict:
    """Return the verdict on a version, against the truth and against the version that it would replace."""
    compared = baseline if baseline != version else None
    found, files, comparisons = [], [], []
    for golden in golden_files():
        facts = replay(golden, version, stage)
        findings = _compare(golden, facts, replay(golden, compared, stage) if compared else None)
        against = reasons(findings)
        outcome = f"{facts.outcome} {facts.reason}".strip()
        files.append(FileResult(golden.name, worst(against), outcome, facts.rows, len(findings)))
        found += against
        comparisons += findings
    found.sort(key=lambda reason: reason.severity)  # "fail" stands before "warn"
    return Verdict(worst(found), version, compared, stage.run, found, files, comparisons)


def _compare(golden: Golden, facts: Facts, baseline: Facts | None) -> list[Finding]:
    findings = list(compare(golden.name, facts, golden.truth, "truth"))
    if baseline:
        findings += compare(golden.name, facts, baseline, "baseline")
    return findings

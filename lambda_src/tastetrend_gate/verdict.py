"""Evaluates a version on the golden files: comparisons against limits give the verdict."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tastetrend_etl.errors import OutOfTimeError
from tastetrend_etl.limits import SEVERITY, Status, Threshold
from tastetrend_etl.runtime import SUPPORTED, describe_runtime
from tastetrend_gate.compare import compare
from tastetrend_gate.golden_files import golden_files
from tastetrend_gate.models import (
    Comparison,
    Measure,
    Reason,
    Reference,
    ReplayResult,
    RetrievalCheck,
    Runtime,
)
from tastetrend_gate.replay import ReplayContext, read_runtime, replay
from tastetrend_gate.retrieval_check import check_retrieval, collect_retrieval_reasons

_EXACT = Threshold(warn=0, fail=0)
# The truth is exact for each cell, so two wrong cells in a golden file of 240 rows are too many. Columns
# without it are compared with the baseline only, where a difference may be intended: a few cells may differ.
LIMITS: Mapping[Measure, Mapping[Reference, Threshold]] = {
    "outcome": {"truth": _EXACT, "baseline": _EXACT},
    "keys": {"truth": _EXACT, "baseline": _EXACT},
    "schema": {"truth": _EXACT, "baseline": _EXACT},
    "rows": {"truth": _EXACT, "baseline": _EXACT},
    "rejections": {"truth": _EXACT, "baseline": _EXACT},
    "issues": {"truth": Threshold(0, 0.005), "baseline": Threshold(0, 0.02)},
    "cells": {"truth": Threshold(0, 0.005), "baseline": Threshold(0, 0.05)},
    "missing share": {"truth": Threshold(0, 0.005), "baseline": Threshold(0, 0.02)},
    "distribution": {"truth": Threshold(0, 0.005), "baseline": Threshold(0, 0.05)},
    "group share": {"truth": Threshold(0.001, 0.01), "baseline": Threshold(0.001, 0.02)},
    "rating gap": {"truth": Threshold(0.01, 0.05), "baseline": Threshold(0.01, 0.10)},
}
_ROUNDING = 1e-5  # of the shares in reports


@dataclass(frozen=True)
class FileResult:
    """The verdict on one golden file.

    Attributes:
        rows: empty when the file was not processed.
        comparisons: their number.
        not_compared: what the results of version and baseline do not both have.
    """

    file: str
    status: Status
    outcome: str
    rows: Mapping[str, int]
    comparisons: int
    not_compared: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """The gate's verdict on a version.

    Attributes:
        baseline: the version that it was compared with; None if only with the truth.
        run: part of the keys of this run's objects, below `gate/` and `processed/gate/`.
        comparisons: all of them, those without a difference included.
        runtimes: what the gate and the version run on; None if the version does not tell.
    """

    status: Status
    version: str
    baseline: str | None
    run: str
    reasons: list[Reason]
    files: list[FileResult]
    comparisons: list[Comparison]
    runtimes: Mapping[str, Runtime | None] = field(default_factory=dict)
    retrieval: RetrievalCheck = field(default_factory=RetrievalCheck)

    @property
    def counts(self) -> dict[Reference, int]:
        """The number of comparisons with the truth, and with the baseline's results."""
        counted = Counter(each.against for each in self.comparisons)
        return {"truth": counted["truth"], "baseline": counted["baseline"]}

    @property
    def not_compared(self) -> list[str]:
        """What was not compared: of the results for a file, of what the code runs on, or of retrieval."""
        of_files = [f"{each.file}: {subject}" for each in self.files for subject in each.not_compared]
        unknown = [
            f"{name} does not tell what it runs on" for name, told in self.runtimes.items() if not told
        ]
        return [*of_files, *unknown, *filter(None, [self.retrieval.not_compared])]


def run_checks(version: str, baseline: str | None, context: ReplayContext) -> Verdict:
    """Compare the results for the golden files with the truth and the baseline, and measure retrieval."""
    compared = baseline if baseline != version else None
    files, comparisons, reasons = list[FileResult](), list[Comparison](), list[Reason]()
    runtimes: dict[str, Runtime | None] = {"quality gate": describe_runtime(context.s3)}
    retrieval = RetrievalCheck()
    try:
        runtimes[f"version {version}"] = read_runtime(version, context)
        for file, found in _check_files(version, compared, context):
            files.append(file)
            comparisons += found
        retrieval = check_retrieval(version, compared, context)
    except OutOfTimeError:
        figures = f"ran out of time after {len(files)} golden files; invoke it again"
        reasons.append(Reason("fail", "quality gate", "time", figures))
    reasons += [*_runtime_reasons(runtimes), *collect_retrieval_reasons(retrieval)]
    reasons += collect_reasons(comparisons)
    reasons.sort(key=lambda reason: reason.severity)  # "fail" before "warn"
    return Verdict(
        status=worst_status(reasons),
        version=version,
        baseline=compared,
        run=context.run,
        reasons=reasons,
        files=files,
        comparisons=comparisons,
        runtimes=runtimes,
        retrieval=retrieval,
    )


def _check_files(
    version: str, baseline: str | None, context: ReplayContext
) -> Iterator[tuple[FileResult, list[Comparison]]]:
    for golden in golden_files():
        result = replay(golden, version, context)
        found, omitted = [*compare(golden.name, result, golden.expected, "truth")], []
        if baseline:
            reference = replay(golden, baseline, context)
            found += compare(golden.name, result, reference, "baseline")
            omitted = find_incomparable(result, reference)
        status = worst_status(collect_reasons(found))
        yield FileResult(golden.name, status, str(result), result.rows, len(found), omitted), found


def _runtime_reasons(runtimes: Mapping[str, Runtime | None]) -> Iterator[Reason]:
    for name, runtime in runtimes.items():
        if runtime and runtime["conditional_writes"] != SUPPORTED:
            figures = f"in its SDK, {runtime['conditional_writes']}: outputs would overwrite newer ones"
            yield Reason("fail", name, "conditional writes", figures)


def find_incomparable(actual: ReplayResult, reference: ReplayResult) -> list[str]:
    """Return what only one of two results has, or has in another type, so that it was not compared."""
    if (actual.outcome == "processed") != (reference.outcome == "processed"):
        return [f"everything but the outcome ({actual}, was {reference})"]
    types, reference_types = dict(actual.schema), dict(reference.schema)
    names = dict.fromkeys([*types, *reference_types])
    return [f"column {name}" for name in names if types.get(name) != reference_types.get(name)]


def severity(comparison: Comparison) -> Status:
    """Return the status of one comparison by the limits of its measure."""
    limits, distance = LIMITS[comparison.measure][comparison.against], comparison.distance - _ROUNDING
    return "fail" if distance > limits.fail else "warn" if distance > limits.warn else "pass"


def collect_reasons(comparisons: Sequence[Comparison]) -> list[Reason]:
    """Return one reason for each file and subject above its limits, in the order of the comparisons.

    It contains the figures of the worst status only.
    """
    by_subject: dict[tuple[str, str], dict[Status, list[str]]] = {}
    for comparison, status in _with_status(comparisons):
        if status != "pass":
            figures = by_subject.setdefault((comparison.file, comparison.subject), {})
            figures.setdefault(status, []).append(comparison.figures)
    return [
        Reason(worst := max(figures, key=SEVERITY.index), *subject, "; ".join(figures[worst]))
        for subject, figures in by_subject.items()
    ]


def worst_status(reasons: Iterable[Reason]) -> Status:
    """Return the most severe status, `pass` without reasons."""
    return max((reason.severity for reason in reasons), key=SEVERITY.index, default="pass")


def _with_status(comparisons: Sequence[Comparison]) -> Iterator[tuple[Comparison, Status]]:
    """Limit differences from the baseline to warnings where the truth decides, or the contract changed."""
    decided = {(each.file, each.subject) for each in comparisons if each.against == "truth"}
    for each in comparisons:
        status = severity(each)
        if each.intended or (each.against == "baseline" and (each.file, each.subject) in decided):
            status = min(status, "warn", key=SEVERITY.index)
        yield each, status

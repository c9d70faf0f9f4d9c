"""Judges the findings: how far apart is too far, and what that says of the version."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tastetrend_gate.records import Against, Finding, Measure

Status = Literal["pass", "warn", "fail"]
_SEVERITY: tuple[Status, ...] = ("pass", "warn", "fail")


@dataclass(frozen=True)
class Limits:
    """A distance above `warn` or above `fail` changes the verdict."""

    warn: float
    fail: float


_EXACT = Limits(warn=0, fail=0)
# The truth is known to the cell, so that two wrong cells in a golden file of 240 rows are too many. Where it
# is silent, what the baseline does counts, and a difference may be meant: a few cells are let pass.
LIMITS: Mapping[Measure, Mapping[Against, Limits]] = {
    "outcome": {"truth": _EXACT, "baseline": _EXACT},
    "schema": {"truth": _EXACT, "baseline": _EXACT},
    "rows": {"truth": _EXACT, "baseline": _EXACT},
    "rejections": {"truth": _EXACT, "baseline": _EXACT},
    "issues": {"truth": Limits(0, 0.005), "baseline": Limits(0, 0.02)},
    "cells": {"truth": Limits(0, 0.005), "baseline": Limits(0, 0.05)},
    "missing share": {"truth": Limits(0, 0.005), "baseline": Limits(0, 0.02)},
    "distribution": {"truth": Limits(0, 0.005), "baseline": Limits(0, 0.05)},
    "group share": {"truth": Limits(0.001, 0.01), "baseline": Limits(0.001, 0.02)},
    "rating gap": {"truth": Limits(0.01, 0.05), "baseline": Limits(0.01, 0.10)},
}
_ROUNDING = 1e-5  # of the shares that reports give


@dataclass(frozen=True)
class Reason:
    """What speaks against a version: one subject of one golden file, with all figures that do."""

    severity: Status
    file: str
    subject: str
    figures: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.file}: {self.subject}: {self.figures}"


@dataclass(frozen=True)
class FileResult:
    """What became of one golden file; `rows` is empty when it was not processed."""

    file: str
    status: Status
    outcome: str
    rows: Mapping[str, int]
    comparisons: int


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a version.

    Attributes:
        baseline: the version it was compared with; None when there is none and the truth alone has spoken.
        run: names the objects of this run, below `gate/` and `processed/gate/`.
        comparisons: all that was measured, what speaks for the version as well.
    """

    status: Status
    version: str
    baseline: str | None
    run: str
    reasons: list[Reason]
    files: list[FileResult]
    comparisons: list[Finding]


def severity(finding: Finding) -> Status:
    """Hold a finding against the limits of its measure."""
    limits, distance = LIMITS[finding.measure][finding.against], finding.distance - _ROUNDING
    return "fail" if distance > limits.fail else "warn" if distance > limits.warn else "pass"


def reasons(findings: Sequence[Finding]) -> list[Reason]:
    """Return what speaks against the version, in the order of the findings."""
    by_subject: dict[tuple[str, str], list[tuple[Status, str]]] = {}
    for found, status in _judged(findings):
        if status != "pass":
            by_subject.setdefault((found.file, found.subject), []).append((status, found.figures))
    return [_merged(*subject, judged) for subject, judged in by_subject.items()]


def worst(found: Iterable[Reason]) -> Status:
    """Return the verdict."""
    return max((reason.severity for reason in found), key=_SEVERITY.index, default="pass")


def _judged(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Status]]:
    """Let the truth have the last word: where it has spoken, a difference to the baseline fails nobody."""
    spoken = {(found.file, found.subject) for found in findings if found.against == "truth"}
    for found in findings:
        judged = severity(found)
        if found.against == "baseline" and (found.file, found.subject) in spoken:
            judged = min(judged, "warn", key=_SEVERITY.index)
        yield found, judged


def _merged(file: str, subject: str, judged: list[tuple[Status, str]]) -> Reason:
    """Give the figures of the worst judgement alone: what the truth refutes, the baseline need not."""
    status = max((status for status, _ in judged), key=_SEVERITY.index)
    return Reason(status, file, subject, "; ".join(figures for each, figures in judged if each == status))

"""Sums up the results of all files of a batch."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import get_args

from tastetrend_batch.models import PROBLEMS, FileResult, Outcome, Report
from tastetrend_etl.limits import SEVERITY
from tastetrend_etl.validate.bias import group_report
from tastetrend_etl.validate.profile import Group, RowBalance

_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Groups = Mapping[str, Mapping[str | None, Group]]
"""Group column → value, None where it is missing → group."""


def summarise(results: Iterable[FileResult]) -> Report:
    """Return whether the balance holds, the sums over all files, and the files, the worst first."""
    files, biases = [], []
    for result in results:
        files.append(_without_bias(result))
        biases += [_groups(result.bias)] if result.bias else []
    files.sort(key=_severity)
    outcomes = Counter(file["outcome"] for file in files)
    return {
        "holds": not PROBLEMS & outcomes.keys(),
        "files": {"all": len(files)} | {name: outcomes[name] for name in _OUTCOMES},
        "rows": _sum_rows(files),
        "statuses": {name: sum(file["status"] == name for file in files) for name in SEVERITY},
        "rejections": dict(Counter(file["reason"] for file in files if file["reason"]).most_common()),
        "bias": group_report(merge_groups(biases)) if biases else None,
        "worst_first": files,
    }


def _without_bias(result: FileResult) -> Report:
    """Return what the report has of a file; the bias reports of all would not fit into memory."""
    return {name: value for name, value in asdict(result).items() if name != "bias"}


def _severity(file: Report) -> tuple[int, int, float, str]:
    rows = file["rows"] or {"read": 0, "written": 0}
    missing_share = 1 - rows["written"] / rows["read"] if rows["read"] else 0.0
    status = SEVERITY.index(file["status"]) if file["status"] else 0
    return _OUTCOMES.index(file["outcome"]), -status, -missing_share, file["key"]


def _sum_rows(files: Iterable[Report]) -> Report:
    balances = [RowBalance(**file["rows"]) for file in files if file["rows"]]
    return {
        name: sum(getattr(balance, name) for balance in balances)
        for name in ("read", "written", "rejected", "duplicate")
    }


def merge_groups(files: Iterable[Groups]) -> Groups:
    """Return the groups of all files, those of the same value added up."""
    merged: dict[str, dict[str | None, Group]] = defaultdict(lambda: defaultdict(Group))
    for column, groups in (item for each in files for item in each.items()):
        for value, group in groups.items():
            merged[column][value].add(group)
    return merged


def _groups(bias: Report) -> Groups:
    """Return the counts behind a bias report.

    The report does not have those of the rows without a value: they are the others of all rated rows.
    """
    every = _group(bias["rows"], bias["rated_rows"], bias)
    columns: dict[str, dict[str | None, Group]] = {}
    for column, report in bias["columns"].items():
        known = {
            value: _group(group["count"], group["rated"], group) for value, group in report["groups"].items()
        }
        rest = replace(every, rows=report["missing"])
        for group in known.values():
            rest.rated -= group.rated
            rest.rating_sum -= group.rating_sum
            rest.square_sum -= group.square_sum
        columns[column] = {**known, None: rest}
    return columns


def _group(rows: int, rated: int, report: Report) -> Group:
    """Return a group by its mean and its standard deviation, which older versions did not report."""
    mean, deviation = report["mean_rating"] or 0.0, report.get("rating_stddev", math.nan) or 0.0
    return Group(rows, rated, rated * mean, max(rated - 1, 0) * deviation**2 + rated * mean**2)

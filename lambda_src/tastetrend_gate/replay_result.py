"""Puts the outputs of one golden file into the form in which versions are compared."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tastetrend_gate.models import INDEX, Group, ReplayResult

DUPLICATE = "duplicate"  # a reason in the object of rejected rows
NO_ROWS = pd.DataFrame({INDEX: [], "reason": []})


def to_result(
    report: Mapping[str, Any],
    table: pd.DataFrame,
    left_out: pd.DataFrame,
    bias: Mapping[str, Any],
    key: str,
) -> ReplayResult:
    """Return the result of a processed file.

    Args:
        report: the validation report.
        table: the dataset.
        left_out: the rejected and the duplicate rows.
        bias: the bias report.
        key: of the golden file in this run.
    """
    rejected = left_out[left_out["reason"] != DUPLICATE]
    issues = table[[INDEX, "issues"]].explode("issues").dropna()
    return ReplayResult(
        outcome="processed",
        schema=tuple((str(name), str(kind.pyarrow_dtype)) for name, kind in table.dtypes.items()),
        rows=report["rows"],
        rejected=dict(zip(rejected[INDEX], rejected["reason"], strict=True)),
        issues={str(code): frozenset(rows) for code, rows in issues.groupby("issues")[INDEX]},
        table=_by_source_row(table, key),
        groups=_read_groups(bias),
        contract_version=report.get("contract_version", 1),
        spellings=_read_spellings(bias),
    )


def folder_of(key: str) -> str:
    """Return the folder of a golden file in this run, with its slash."""
    return key.removesuffix(key.rpartition("/")[2])


def _read_groups(report: Mapping[str, Any]) -> dict[str, dict[str, Group]]:
    """Return column → group → its figures in the bias report."""
    return {
        column: {
            name: Group(group["share"], group["rating_gap"] or 0.0)
            for name, group in described["groups"].items()
        }
        for column, described in report["columns"].items()
    }


def _read_spellings(report: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return column → spelling → group; earlier versions made a group of each spelling."""
    return {
        column: {
            spelling: name for name, known in described.get("spellings", {}).items() for spelling in known
        }
        for column, described in report["columns"].items()
    }


def _by_source_row(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index by source row, and remove the run's folder from `source_file`, so that runs are comparable."""
    named = table.assign(source_file=table["source_file"].str.removeprefix(folder_of(key)))
    return named.drop_duplicates(INDEX).set_index(INDEX)

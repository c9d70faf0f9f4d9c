"""Compares the columns of two datasets over the rows that both hold: a lost row is no change of a column."""

from collections.abc import Iterator

import pandas as pd

from tastetrend_gate.records import SAID, Against, Facts, Finding

_COMPARED_BY_CODE = "issues"
_DECIMALS = 6
_ROWS_SHOWN = 3


def compare_columns(file: str, facts: Facts, other: Facts, against: Against) -> Iterator[Finding]:
    """Yield three findings for each column of the other table; one of another type is left to the schema."""
    rows = facts.table.index.intersection(other.table.index)
    for name in other.table.columns:
        if name == _COMPARED_BY_CODE or name not in facts.table.columns or rows.empty:
            continue
        ours, theirs = facts.table.loc[rows, name], other.table.loc[rows, name]
        if ours.dtype == theirs.dtype:
            ours, theirs = _rounded(ours), _rounded(theirs)
            yield _compare_cells(file, ours, theirs, against)
            yield _compare_missing(file, ours, theirs, against)
            yield _compare_distribution(file, ours, theirs, against)


def _compare_cells(file: str, ours: pd.Series, theirs: pd.Series, against: Against) -> Finding:
    same = ours.eq(theirs).fillna(False) | (ours.isna() & theirs.isna())
    rows = same.index[~same]
    first = ", ".join(map(str, rows[:_ROWS_SHOWN]))
    whose = "the truth's" if against == "truth" else "the baseline's"
    figures = f"{len(rows)} of {len(same)} cells are not {whose}, the first in rows {first}"
    return Finding(file, str(ours.name), "cells", against, len(rows) / len(same), figures)


def _compare_missing(file: str, ours: pd.Series, theirs: pd.Series, against: Against) -> Finding:
    mine, yours = float(ours.isna().mean()), float(theirs.isna().mean())
    figures = f"missing share {mine:.3f}, {SAID[against]} {yours:.3f}"
    return Finding(file, str(ours.name), "missing share", against, abs(mine - yours), figures)


def _compare_distribution(file: str, ours: pd.Series, theirs: pd.Series, against: Against) -> Finding:
    """Compare by the total variation distance: the share of cells that would have to change value."""
    mine, yours = (column.value_counts(normalize=True).to_dict() for column in (ours, theirs))
    distance = sum(abs(mine.get(value, 0.0) - yours.get(value, 0.0)) for value in {*mine, *yours}) / 2
    figures = f"distribution {distance:.3f} away from {against}"
    return Finding(file, str(ours.name), "distribution", against, distance, figures)


def _rounded(column: pd.Series) -> pd.Series:
    return column.round(_DECIMALS) if pd.api.types.is_float_dtype(column.dtype) else column

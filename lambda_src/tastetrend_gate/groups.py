"""Compares whom a dataset speaks for: the groups of people and places, and how they rate."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tastetrend_gate.records import SAID, Against, Facts, Finding, Group, Measure

GROUP_COLUMNS = ("gender_norm", "age_group", "ethnicity_norm", "location")
_RATING = "rating_1_5"
_NOBODY = Group(0.0, 0.0)


def describe_groups(table: pd.DataFrame, column: str) -> dict[str, Group]:
    """Return group → what the bias report must say of it."""
    shares = table[column].value_counts(normalize=True).to_dict()
    gaps = (table.groupby(column)[_RATING].mean() - table[_RATING].mean()).fillna(0.0).to_dict()
    return {str(name): Group(shares[name], gaps[name]) for name in shares}


def read_groups(report: Mapping[str, Any]) -> dict[str, dict[str, Group]]:
    """Return column → group → what a bias report says of it."""
    return {
        column: {
            name: Group(group["share"], group["rating_gap"] or 0.0)
            for name, group in described["groups"].items()
        }
        for column, described in report["columns"].items()
    }


def compare_groups(file: str, facts: Facts, other: Facts, against: Against) -> Iterator[Finding]:
    """Yield for each column the group whose share, and the one whose rating gap, differs most.

    What the bias report must say is worked out over the rows that both hold.
    """
    table = other.table.loc[other.table.index.intersection(facts.table.index)]
    for column in GROUP_COLUMNS:
        if {column, _RATING} <= {*table.columns}:
            ours, theirs = facts.groups.get(column, {}), describe_groups(table, column)
            pairs = [
                (name, ours.get(name, _NOBODY), theirs.get(name, _NOBODY))
                for name in sorted({*ours, *theirs})
            ]
            shares = {name: (mine.share, yours.share) for name, mine, yours in pairs}
            gaps = {name: (mine.gap, yours.gap) for name, mine, yours in pairs}
            yield _widest(file, column, "group share", shares, against)
            yield _widest(file, column, "rating gap", gaps, against)


def _widest(
    file: str, column: str, measure: Measure, pairs: Mapping[str, tuple[float, float]], against: Against
) -> Finding:
    name = max(pairs, key=lambda name: abs(pairs[name][0] - pairs[name][1]), default="")
    ours, theirs = pairs.get(name, (0.0, 0.0))
    figures = f"{measure} of {name} {ours:.3f}, {SAID[against]} {theirs:.3f}"
    return Finding(file, column, measure, against, abs(ours - theirs), figures)

"""Compares a version's result for a golden file with the expected one, or with the baseline's.

Columns, issues and groups are compared over the rows that both have: only `rows` reports a missing row.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

import pandas as pd

from tastetrend_etl.schema import GROUP_COLUMNS
from tastetrend_gate.models import Comparison, Group, Measure, Reference, ReplayResult

_RATING = "rating_1_5"
_ISSUES: Final = "issues"  # this column is compared by code
_DECIMALS = 6
_MAX_CHANGES, _MAX_ROWS = 6, 3
_WAS: Mapping[Reference, str] = {"truth": "must be", "baseline": "was"}

# Subjects and measures that a contract version changes on purpose: a difference from the baseline warns and
# does not fail. Version 2 writes rows that version 1 took for duplicates, so shares and gaps of groups move.
_CHANGES_BY_CONTRACT_VERSION: Mapping[int, tuple[str, ...]] = {
    2: ("keys", "rows", "issues", "review_id", "group share", "rating gap")
}

_Difference = tuple[str, Measure, float, str]
"""Subject, measure, distance, figures."""


def compare(
    file: str, actual: ReplayResult, reference: ReplayResult, against: Reference
) -> Iterator[Comparison]:
    """Yield every comparison, those in which both agree as well."""
    changed = _intended_changes(actual, reference) if against == "baseline" else {}
    for subject, measure, distance, figures in _differences(actual, reference, against):
        version = changed.get(subject) or changed.get(measure)
        cause = f"; intended by contract version {version}" if version else ""
        yield Comparison(file, subject, measure, against, distance, figures + cause, version is not None)


def _intended_changes(actual: ReplayResult, reference: ReplayResult) -> dict[str, int]:
    """Return subject or measure → the contract version that changed it, between those of both results."""
    older, newer = sorted((actual.contract_version, reference.contract_version))
    return {
        subject: version
        for version, subjects in _CHANGES_BY_CONTRACT_VERSION.items()
        if older < version <= newer
        for subject in subjects
    }


def _differences(actual: ReplayResult, reference: ReplayResult, against: Reference) -> Iterator[_Difference]:
    was = _WAS[against]
    yield _by_count("outcome", _changes({"": str(actual)}, {"": str(reference)}, was))
    if actual.outcome == reference.outcome == "processed":
        common = actual.table.index.intersection(reference.table.index)
        if against == "baseline":
            yield _by_count("keys", _key_changes(actual, reference, was))
        yield _by_count("schema", _schema_changes(actual, reference, was))
        yield _by_count("rows", _row_changes(actual, reference, was))
        yield _by_count("rejections", _rejection_changes(actual, reference, was))
        yield _compare_issues(actual, reference, common, was)
        yield from _compare_columns(actual.table, reference.table, common, against)
        yield from _compare_groups(actual, reference.table.loc[common], was)


def _key_changes(actual: ReplayResult, reference: ReplayResult, was: str) -> list[str]:
    common = {name: key for name, key in reference.keys.items() if name in actual.keys}
    return _changes(actual.keys, common, was)


def _schema_changes(actual: ReplayResult, reference: ReplayResult, was: str) -> list[str]:
    types, reference_types = (
        {f"column {name}": kind for name, kind in each.schema} for each in (actual, reference)
    )
    missing = [f"{name} is missing" for name in reference_types if name not in types]
    new = [f"{name} is new" for name in types if name not in reference_types]
    common = {name: kind for name, kind in reference_types.items() if name in types}
    changes = [*missing, *new, *_changes(types, common, was)]
    if not changes and actual.schema != reference.schema:
        return ["the columns have another order"]
    return changes


def _row_changes(actual: ReplayResult, reference: ReplayResult, was: str) -> list[str]:
    rows, reference_rows = actual.table.index, reference.table.index
    missing, added = reference_rows.difference(rows), rows.difference(reference_rows)
    return _changes(actual.rows, reference.rows, was) + [
        f"written rows {change}: {len(differing)}, the first {_first(differing)}"
        for change, differing in (("missing", missing), ("added", added))
        if len(differing)
    ]


def _rejection_changes(actual: ReplayResult, reference: ReplayResult, was: str) -> list[str]:
    rows = sorted({*actual.rejected, *reference.rejected})
    reasons, reference_reasons = (
        {f"row {row}": each.rejected.get(row, "not rejected") for row in rows} for each in (actual, reference)
    )
    return _changes(reasons, reference_reasons, was)


def _compare_issues(actual: ReplayResult, reference: ReplayResult, common: pd.Index, was: str) -> _Difference:
    """Measure the share of rows that carry a code in one result only."""
    codes = sorted({*actual.issues, *reference.issues})
    rows, reference_rows = (
        {code: each.issues.get(code, frozenset()).intersection(common) for code in codes}
        for each in (actual, reference)
    )
    differing = {row for code in codes for row in rows[code] ^ reference_rows[code]}
    counts, reference_counts = ({code: len(each[code]) for code in codes} for each in (rows, reference_rows))
    first = f"{len(differing)} rows carry other codes, the first {_first(sorted(differing))}"
    figures = "; ".join([first, *_changes(counts, reference_counts, was)])
    return _ISSUES, _ISSUES, len(differing) / max(len(common), 1), figures


def _compare_columns(
    table: pd.DataFrame, reference_table: pd.DataFrame, rows: pd.Index, against: Reference
) -> Iterator[_Difference]:
    """Yield three differences for each column; one of another type is reported by the schema alone."""
    for name in reference_table.columns:
        if name == _ISSUES or name not in table.columns or rows.empty:
            continue
        actual, reference = (_rounded(each.loc[rows, name]) for each in (table, reference_table))
        if actual.dtype == reference.dtype:
            yield _compare_cells(actual, reference, against)
            yield _compare_missing(actual, reference, _WAS[against])
            yield _compare_distributions(actual, reference, against)


def _compare_cells(actual: pd.Series, reference: pd.Series, against: Reference) -> _Difference:
    same = actual.eq(reference).fillna(False) | (actual.isna() & reference.isna())
    rows = same.index[~same]
    figures = f"{len(rows)} of {len(same)} cells differ from the {against}, the first in rows {_first(rows)}"
    return str(actual.name), "cells", len(rows) / len(same), figures


def _compare_missing(actual: pd.Series, reference: pd.Series, was: str) -> _Difference:
    share, reference_share = float(actual.isna().mean()), float(reference.isna().mean())
    figures = f"missing share {share:.3f}, {was} {reference_share:.3f}"
    return str(actual.name), "missing share", abs(share - reference_share), figures


def _compare_distributions(actual: pd.Series, reference: pd.Series, against: Reference) -> _Difference:
    """Measure the total variation distance: the share of cells that would have to change value."""
    one, other = (column.value_counts(normalize=True).to_dict() for column in (actual, reference))
    distance = sum(abs(one.get(value, 0.0) - other.get(value, 0.0)) for value in {*one, *other}) / 2
    figures = f"distribution {distance:.3f} away from the {against}"
    return str(actual.name), "distribution", distance, figures


def _compare_groups(actual: ReplayResult, table: pd.DataFrame, was: str) -> Iterator[_Difference]:
    """Yield for each column the group whose share, and the one whose rating gap, differs most."""
    for column in GROUP_COLUMNS:
        if {column, _RATING} <= {*table.columns}:
            groups, spellings = actual.groups.get(column, {}), actual.spellings.get(column, {})
            names = table[column].map(spellings, na_action="ignore").fillna(table[column])
            reference = _describe_groups(table.assign(**{column: names}), column)
            pairs = [
                (name, groups.get(name, Group()), reference.get(name, Group()))
                for name in sorted({*groups, *reference})
            ]
            yield _widest(column, "group share", [(name, a.share, b.share) for name, a, b in pairs], was)
            yield _widest(column, "rating gap", [(name, a.gap, b.gap) for name, a, b in pairs], was)


def _describe_groups(table: pd.DataFrame, column: str) -> dict[str, Group]:
    """Return group → the figures that the bias report must give for it."""
    shares = table[column].value_counts(normalize=True).to_dict()
    gaps = (table.groupby(column)[_RATING].mean() - table[_RATING].mean()).fillna(0.0).to_dict()
    return {str(name): Group(shares[name], gaps[name]) for name in shares}


def _widest(column: str, measure: Measure, pairs: list[tuple[str, float, float]], was: str) -> _Difference:
    name, actual, reference = max(pairs, key=lambda pair: abs(pair[1] - pair[2]), default=("", 0.0, 0.0))
    figures = f"{measure} of {name} {actual:.3f}, {was} {reference:.3f}"
    return column, measure, abs(actual - reference), figures


def _changes(actual: Mapping[str, object], reference: Mapping[str, object], was: str) -> list[str]:
    return [
        f"{name} {actual[name]}, {was} {value}".strip()
        for name, value in reference.items()
        if actual[name] != value
    ]


def _by_count(measure: Measure, changes: list[str]) -> _Difference:
    more = len(changes) - _MAX_CHANGES
    figures = "; ".join([*changes[:_MAX_CHANGES], *([f"and {more} more"] if more > 0 else [])])
    return measure, measure, float(len(changes)), figures


def _first(rows: Iterable[int]) -> str:
    return ", ".join(map(str, islice(rows, _MAX_ROWS)))


def _rounded(column: pd.Series) -> pd.Series:
    return column.round(_DECIMALS) if pd.api.types.is_float_dtype(column.dtype) else column

"""Compares what a version made of a golden file with the truth, or with what its baseline made of it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from tastetrend_gate.columns import compare_columns
from tastetrend_gate.groups import compare_groups
from tastetrend_gate.records import SAID, Against, Facts, Finding, Measure

_SHOWN, _ROWS_SHOWN = 6, 3


def compare(file: str, facts: Facts, other: Facts, against: Against) -> Iterator[Finding]:
    """Yield every comparison, those in which both agree as well."""
    yield _compare_outcomes(file, facts, other, against)
    if facts.outcome == other.outcome == "processed":
        yield _compare_schemas(file, facts, other, against)
        yield _compare_rows(file, facts, other, against)
        yield _compare_rejections(file, facts, other, against)
        yield _compare_issues(file, facts, other, against)
        yield from compare_columns(file, facts, other, against)
        yield from compare_groups(file, facts, other, against)


def _compare_outcomes(file: str, facts: Facts, other: Facts, against: Against) -> Finding:
    ours, theirs = (f"{each.outcome} {each.reason}".strip() for each in (facts, other))
    return _finding(file, "outcome", against, _changes({"": ours}, {"": theirs}, against))


def _compare_schemas(file: str, facts: Facts, other: Facts, against: Against) -> Finding:
    ours, theirs = ({f"column {name}": kind for name, kind in each.schema} for each in (facts, other))
    missing = [f"{name} is missing" for name in theirs if name not in ours]
    new = [f"{name} is new" for name in ours if name not in theirs]
    kept = {name: kind for name, kind in theirs.items() if name in ours}
    differences = [*missing, *new, *_changes(ours, kept, against)]
    if not differences and facts.schema != other.schema:
        differences = ["the columns stand in another order"]
    return _finding(file, "schema", against, differences)


def _compare_rows(file: str, facts: Facts, other: Facts, against: Against) -> Finding:
    ours, theirs = facts.table.index, other.table.index
    differences = _changes(facts.rows, other.rows, against)
    for verb, rows in (("lost", theirs.difference(ours)), ("added", ours.difference(theirs))):
        if len(rows):
            differences.append(f"written rows {verb}: {len(rows)}, the first {_first(rows)}")
    return _finding(file, "rows", against, differences)


def _compare_rejections(file: str, facts: Facts, other: Facts, against: Against) -> Finding:
    kept = "not rejected"
    ours, theirs = (
        {f"row {row}": each.rejected.get(row, kept) for row in sorted({*facts.rejected, *other.rejected})}
        for each in (facts, other)
    )
    return _finding(file, "rejections", against, _changes(ours, theirs, against))


def _compare_issues(file: str, facts: Facts, other: Facts, against: Against) -> Finding:
    """Measure the rows that both hold of which one carries a code and the other does not."""
    common = frozenset(facts.table.index.intersection(other.table.index))
    codes = sorted({*facts.issues, *other.issues})
    ours, theirs = (
        {code: each.issues.get(code, frozenset()) & common for code in codes} for each in (facts, other)
    )
    differing = {row for code in codes for row in ours[code] ^ theirs[code]}
    mine, yours = ({code: len(rows) for code, rows in each.items()} for each in (ours, theirs))
    first = f"{len(differing)} rows carry other codes, the first {_first(sorted(differing))}"
    figures = "; ".join([first, *_changes(mine, yours, against)])
    return Finding(file, "issues", "issues", against, len(differing) / max(len(common), 1), figures)


def _changes(ours: Mapping[str, object], theirs: Mapping[str, object], against: Against) -> list[str]:
    return [
        f"{name} {ours[name]}, {SAID[against]} {value}".strip()
        for name, value in theirs.items()
        if ours[name] != value
    ]


def _finding(file: str, measure: Measure, against: Against, differences: list[str]) -> Finding:
    left = len(differences) - _SHOWN
    figures = "; ".join([*differences[:_SHOWN], *([f"and {left} more"] if left > 0 else [])])
    return Finding(file, measure, measure, against, float(len(differences)), figures)


def _first(rows: Iterable[int]) -> str:
    return ", ".join(map(str, islice(rows, _ROWS_SHOWN)))

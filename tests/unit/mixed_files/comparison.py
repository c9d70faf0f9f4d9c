"""Compares what the pipeline made of a mixed file with the truth, cell by cell."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.properties.processing import Result
from tests.unit.mixed_files.file_table import MixedFile
from tests.unit.mixed_files.generator import Row
from tests.unit.mixed_files.written_forms import RATINGS

_ENCODING_ISSUES = frozenset({"encoding_uncertain", "undecodable_text"})
_OUTCOME = "outcome"


@dataclass
class Comparison:
    """The cells of a file.

    Attributes:
        cells: how many were compared; the outcome of a row is one.
        wrong: those with another value than the right one and without an allowed issue.
        excused: field → those with an allowed issue instead of the right cell.
    """

    cells: int = 0
    wrong: list[str] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)


def compare(file: MixedFile, rows: Sequence[Row], result: Result) -> Comparison:
    """Compare outcomes, values and issues of all rows."""
    comparison = Comparison()
    if result.rejection:
        comparison.wrong.append(result.rejection)
        return comparison
    outcomes = _outcomes(result)
    written = {row["source_row"]: row for row in result.table.to_pylist()}
    expected = {row.number: (row.outcome, row.first.number if row.first else None) for row in rows}
    for number in sorted(expected.keys() | outcomes.keys()):
        comparison.cells += 1
        if outcomes.get(number) != expected.get(number):
            comparison.wrong.append(f"row {number}: {outcomes.get(number)} for {expected.get(number)}")
    for row in rows:
        if row.outcome == "written" and row.number in written:
            _compare_row(file, row, written[row.number], comparison)
    return comparison


def _outcomes(result: Result) -> dict[int, tuple[str, int | None]]:
    return (
        dict.fromkeys(result.table.column("source_row").to_pylist(), ("written", None))
        | {row.source_row: (row.reason, None) for row in result.rejected}
        | {row.source_row: ("duplicate", row.duplicate_of) for row in result.duplicates}
    )


def _compare_row(file: MixedFile, row: Row, written: dict[str, object], comparison: Comparison) -> None:
    allowed = set(file.allowed.split())
    issues = set(written["issues"])
    unexpected = issues - row.issues - allowed
    if unexpected or row.issues - issues:
        comparison.wrong.append(f"row {row.number}: issues {sorted(issues)} for {sorted(row.issues)}")
    for name, value in _expected(file, row).items():
        comparison.cells += 1
        cell = _cell(written, name)
        doubtful = issues & allowed & _ENCODING_ISSUES and not str(value).isascii()
        if doubtful or (cell is None and value is not None and issues & allowed):
            comparison.excused[name] += 1
        elif cell != value:
            comparison.wrong.append(f"row {row.number}: {name} {cell!r} for {value!r}")


def _expected(file: MixedFile, row: Row) -> dict[str, object]:
    scale = {} if row.values["rating"] is None else {"rating_scale": RATINGS[file.ratings].scale}
    return {("rating_1_5" if name == "rating" else name): value for name, value in row.values.items()} | scale


def _cell(written: dict[str, object], name: str) -> object:
    cell = written[name]
    if name == "extra":
        return json.loads(str(cell)) if cell else {}
    return round(cell, 6) if isinstance(cell, float) else cell

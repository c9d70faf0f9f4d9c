"""Prints the result of each file, from a folder with the objects of the processed bucket."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

Report = dict[str, Any]

_COUNTS = ("read", "written", "rejected", "duplicate")
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "rejected": "red"}  # nosec B105 # a status, no password
_SHOWN_COLUMNS = ("source_row", "review_date", "rating_raw", "rating_1_5", "review_text")  # no names
_MAX_CELL_CHARACTERS = 20
_SHOWN_ROWS = 5
_MAX_FINDINGS = 4


def show(reports: list[Report], folder: Path, console: Console) -> None:
    """Print a table of all files, what was understood of each, and the first rows of one dataset."""
    console.print(_files_table(reports), soft_wrap=False)
    for report in reports:
        for line in describe(report):
            console.print(line)
    reviews = [report for report in reports if report["source"].get("kind") == "reviews"]
    if reviews:
        console.print(_first_rows_table(folder, reviews[0]["outputs"]["dataset"]), soft_wrap=False)
    console.print(f"All outputs are under {folder}")


def describe(report: Report) -> list[str]:
    """Return at most three lines: how a file was read, its issues, what to look at; why it was rejected."""
    key = report["raw_object"]["key"]
    if report["status"] == "rejected":
        return [f"{key} was rejected ({report['reason']}): {report['message']}."]
    lines = [f"{key}: {_reading(report)}"]
    if report["issues"]:
        issues = sorted(report["issues"].items(), key=lambda issue: -issue[1]["count"])
        lines.append(f"  issues: {_first([_count(code, each) for code, each in issues])}")
    checks = [_count(check["name"], check) for check in report["checks"] if check["status"] != "pass"]
    columns = [f"column {hint['column'][:_MAX_CELL_CHARACTERS]}" for hint in report["column_hints"]]
    if checks or columns:
        lines.append(f"  look at: {_first(checks + columns)}")
    return lines


def read_reports(folder: Path) -> list[Report]:
    """Return the newest validation or error report of each raw object, in the order of their keys."""
    paths = [*folder.rglob("validation_*.json"), *folder.rglob("*.error.json")]
    raw_objects = [(report["raw_object"], report) for report in (json.loads(p.read_bytes()) for p in paths)]
    raw_objects.sort(key=lambda each: (each[0]["key"], each[0]["last_modified"]))
    return list({raw["key"]: report for raw, report in raw_objects}.values())


def exit_code_of(reports: list[Report]) -> int:
    """Return 1 when a file was rejected or fails a check, else 0."""
    return int(any(report["status"] in {"fail", "rejected"} for report in reports))


def to_row(report: Report) -> dict[str, Any]:
    """Return the key, status, counts and outputs of a file and how it was read, or why it was rejected."""
    row = {"key": report["raw_object"]["key"], "status": report["status"], "summary": describe(report)}
    return row | {name: report[name] for name in ("rows", "outputs", "reason", "message") if name in report}


def _files_table(reports: list[Report]) -> Table:
    table = _table()
    table.add_column("file", overflow="fold")
    for name in _COUNTS:
        table.add_column(name, justify="right")
    table.add_column("status")
    for report in reports:
        rows, status = report.get("rows", {}), report["status"]
        counts = [f"{rows[name]:,}" if rows else "-" for name in _COUNTS]
        table.add_row(Text(report["raw_object"]["key"]), *counts, Text(status, _COLOURS[status]))
    return table


def _first_rows_table(folder: Path, dataset: str) -> Table:
    table = _table(Text(f"First rows of {dataset}"))
    for name in _SHOWN_COLUMNS:
        table.add_column(name, no_wrap=True)
    with pq.ParquetFile(folder / dataset) as file:
        batch = next(file.iter_batches(batch_size=_SHOWN_ROWS, columns=_SHOWN_COLUMNS), None)
    for row in batch.select(_SHOWN_COLUMNS).to_pylist() if batch else []:
        cells = ("" if value is None else str(value) for value in row.values())
        table.add_row(*(Text(cell[:_MAX_CELL_CHARACTERS]) for cell in cells))
    return table


def _table(title: Text | None = None) -> Table:
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def _reading(report: Report) -> str:
    """Return the source, encoding, format, scale, the order of dates if it matters, and the columns."""
    delimiter, day_first = report["delimiter"], report["dates"]["day_first"]
    parts = [
        _source(report["source"]),
        report["encoding"],
        f"delimiter {delimiter!r}" if delimiter else report["format"],
    ]
    if report["source"]["kind"] == "reviews":
        parts.append(f"ratings out of {report['rating']['scale']}")
        if day_first is not None:
            parts.append(f"dates with the {'day' if day_first else 'month'} first")
    names = {field: columns[0].strip() for field, columns in report["column_mapping"].items()}
    renamed = [f"{field} = {name}" for field, name in names.items() if name != field]
    return "; ".join([", ".join(parts), *([", ".join(renamed)] if renamed else [])])


def _source(source: Mapping[str, Any]) -> str:
    """Return what a file was read as, and why not as the source that its key tells."""
    if "not_read_as" in source:
        missing = ", ".join(source["columns_missing"])
        return f"by the generic rules, since {missing} of source {source['not_read_as']} is missing"
    return "by the generic rules" if source["name"] == "generic" else f"source {source['name']}"


def _first(findings: list[str]) -> str:
    more = len(findings) - _MAX_FINDINGS
    return ", ".join(findings[:_MAX_FINDINGS]) + (f" and {more} more" if more > 0 else "")


def _count(name: str, counted: Mapping[str, Any]) -> str:
    """Return the name of an issue or a check with its count and the rows that it is of."""
    if counted["count"] is None:
        return f"{name} ({counted['value']:g})"
    return f"{name} ({counted['count']:,} of {counted['of']:,})"

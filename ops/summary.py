"""Prints the result of each file, from a folder with the objects of the processed bucket."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

Report = dict[str, Any]

_COUNTS = ("read", "written", "rejected", "duplicate")
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "refused": "red"}
_SHOWN_COLUMNS = ("source_row", "review_date", "rating_raw", "rating_1_5", "review_text")  # no names
_MAX_CELL_CHARACTERS = 20
_SHOWN_ROWS = 5


def show(reports: list[Report], folder: Path, console: Console) -> None:
    """Print a table of all files, why files were refused, and the first rows of one dataset."""
    console.print(_files_table(reports), soft_wrap=False)
    for report in reports:
        if report["status"] == "refused":
            console.print(
                f"{report['raw_object']['key']} was refused ({report['reason']}): {report['message']}."
            )
    reviews = [report for report in reports if report["source"].get("kind") == "reviews"]
    if reviews:
        console.print(_first_rows_table(folder, reviews[0]["outputs"]["dataset"]), soft_wrap=False)
        console.print(f"Its report: {_describe(reviews[0])}")
    console.print(f"All outputs are under {folder / 'processed'}")


def read_reports(folder: Path) -> list[Report]:
    """Return the newest validation or error report of each raw object, in the order of their keys."""
    paths = [*folder.rglob("validation_*.json"), *folder.rglob("*.error.json")]
    raw_objects = [(report["raw_object"], report) for report in (json.loads(p.read_bytes()) for p in paths)]
    raw_objects.sort(key=lambda each: (each[0]["key"], each[0]["last_modified"]))
    return list({raw["key"]: report for raw, report in raw_objects}.values())


def exit_code_of(reports: list[Report]) -> int:
    """Return 1 when a file was refused or fails a check, else 0."""
    return int(any(report["status"] in {"fail", "refused"} for report in reports))


def to_row(report: Report) -> dict[str, Any]:
    """Return the key, status, counts and outputs of a file, or why it was refused."""
    row = {"key": report["raw_object"]["key"], "status": report["status"]}
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


def _describe(report: Report) -> str:
    issues = ", ".join(f"{issue['count']} {code}" for code, issue in report["issues"].items()) or "no issues"
    checks = [check["name"] for check in report["checks"] if check["status"] != "pass"]
    return (
        f"{report['encoding']}, delimiter {report['delimiter']!r}, "
        f"ratings out of {report['rating']['scale']}, "
        f"dates with the {'day' if report['dates']['day_first'] else 'month'} first; {issues}; "
        f"checks not passed: {', '.join(checks) or 'none'}"
    )

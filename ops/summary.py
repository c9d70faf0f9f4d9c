"""Prints the result of each file, from a folder that holds the objects of the processed bucket."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Report = dict[str, Any]

_COUNTS = ("read", "written", "rejected", "duplicate")
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "refused": "red"}
_SHOWN_COLUMNS = ("source_row", "review_date", "rating_raw", "rating_1_5", "review_text")  # no names
_MAX_CELL_CHARACTERS = 20
_SHOWN_ROWS = 5


def show(reports: list[Report], folder: Path, console: Console) -> None:
    """Print a table of all files, why files were refused, and the first rows of one dataset."""
    console.print(_files_table(reports))
    for report in reports:
        if report["status"] == "refused":
            console.print(f"{_key(report)} was refused ({report['reason']}): {escape(report['message'])}.")
    reviews = [report for report in reports if report["source"].get("kind") == "reviews"]
    if reviews:
        _show_first_rows(folder, reviews[0], console)
    console.print(f"All outputs are under [bold]{escape(str(folder / 'processed'))}[/bold]", soft_wrap=True)


def read_reports(folder: Path) -> list[Report]:
    """Return the newest validation or error report of each raw object, in the order of their keys."""
    paths = [*folder.rglob("validation_*.json"), *folder.rglob("*.error.json")]
    reports = sorted((json.loads(path.read_bytes()) for path in paths), key=_uploaded)
    newest = {report["raw_object"]["key"]: report for report in reports}
    return [newest[key] for key in sorted(newest)]


def exit_code_of(reports: list[Report]) -> int:
    """Return 1 when a file was refused or fails a check, else 0."""
    return int(any(report["status"] in {"fail", "refused"} for report in reports))


def to_row(report: Report) -> dict[str, Any]:
    """Return what a machine wants to know of a file, without the details of its report."""
    row = {"key": report["raw_object"]["key"], "status": report["status"]}
    return row | {name: report[name] for name in ("rows", "outputs", "reason", "message") if name in report}


def _uploaded(report: Report) -> str:
    return str(report["raw_object"]["last_modified"])


def _key(report: Report) -> str:
    return escape(report["raw_object"]["key"])


def _files_table(reports: list[Report]) -> Table:
    table = _table()
    table.add_column("file", overflow="fold")
    for name in _COUNTS:
        table.add_column(name, justify="right")
    table.add_column("status")
    for report in reports:
        rows, status = report.get("rows", {}), report["status"]
        cells = [f"{rows[name]:,}" if rows else "-" for name in _COUNTS]
        table.add_row(_key(report), *cells, f"[{_COLOURS[status]}]{status}[/]")
    return table


def _show_first_rows(folder: Path, report: Report, console: Console) -> None:
    dataset = report["outputs"]["dataset"]
    console.print(_rows_table(folder / dataset, f"First rows of {escape(dataset)}"))
    console.print(f"Its report: {_describe(report)}")


def _rows_table(dataset: Path, title: str) -> Table:
    table = _table(title)
    for name in _SHOWN_COLUMNS:
        table.add_column(name, no_wrap=True)
    batch = next(pq.ParquetFile(dataset).iter_batches(batch_size=_SHOWN_ROWS, columns=_SHOWN_COLUMNS), None)
    for row in batch.select(_SHOWN_COLUMNS).to_pylist() if batch else []:
        table.add_row(
            *("" if value is None else escape(str(value)[:_MAX_CELL_CHARACTERS]) for value in row.values())
        )
    return table


def _table(title: str | None = None) -> Table:
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def _describe(report: Report) -> str:
    issues = ", ".join(f"{found['count']} {code}" for code, found in report["issues"].items()) or "no issues"
    checks = [check["name"] for check in report["checks"] if check["status"] != "pass"]
    return (
        f"{report['encoding']}, delimiter {report['delimiter']!r}, "
        f"ratings out of {report['rating']['scale']}, "
        f"dates with the {'day' if report['dates']['day_first'] else 'month'} first; {issues}; "
        f"checks not passed: {', '.join(checks) or 'none'}"
    )

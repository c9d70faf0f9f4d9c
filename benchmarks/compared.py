"""Compares the quality page with the reports of other tools on five files: `docs/compared.md`.

    python -m venv build/compared && build/compared/bin/pip install -r benchmarks/requirements-compared.txt
    python -m benchmarks.compared build/compared/bin/python

Takes some ten minutes; prints the tables of the page.
"""

import html
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import pyarrow.parquet as pq
import typer

from benchmarks.compared_faults import customer_names
from benchmarks.compared_files import SCRIPT, ComparedFile, compared_files
from benchmarks.compared_tables import OURS, Run, cost_table, fault_table
from benchmarks.compared_tools import TOOLS, Job

_ROOT = Path(__file__).parent.parent
_REASONS = {"empty": "empty_row", "ragged": "ragged"}
_ISSUES = {
    "date": {"date_unparseable", "date_out_of_range"},
    "rating": {"rating_unparseable", "rating_out_of_scale"},
    "spent": {"total_spent_unparseable", "total_spent_negative"},
    "undecodable": {"undecodable_text"},
}


def run_ours(file: ComparedFile, out: Path) -> Run:
    """Run `process` on a file, in a process of its own."""
    seconds, _ = _run([sys.executable, "-m", "ops", "process", str(file.path), "--out", str(out)])
    return our_results(file, out, seconds)


def our_results(file: ComparedFile, out: Path, seconds: float) -> Run:
    """Return what our outputs in a folder say of the file."""
    (page,) = out.glob("processed/logs/*/report_*.html")
    findings = {**_of_rows(out), **_of_reports(out, file), "script": _is_shown(page)}
    return Run(OURS, findings, seconds, *_size_and_names([page], file))


def run_tool(tool: str, python: Path, file: ComparedFile, out: Path) -> Run:
    """Run another tool on a file, in a process of its own."""
    source = file.source
    job = Job(str(file.path), str(out), source.delimiter, list(source.header), source.rating_scale)
    command = [str(python), "-m", "benchmarks.compared_tools", tool, json.dumps(asdict(job))]
    seconds, printed = _run(command)
    result = json.loads(printed.splitlines()[-1])
    pages = [Path(page) for page in result["pages"]]
    findings = result["findings"]
    if pages and pages[0].suffix == ".html":
        findings["script"] = _is_shown(pages[0])
    return Run(tool, findings, seconds, *_size_and_names(pages, file))


def _of_rows(out: Path) -> dict[str, Any]:
    """Return the rows that our datasets of written and of rejected rows name, by fault."""
    written = pq.read_table(
        next(out.glob("processed/*.parquet")), columns=["source_row", "issues"]
    ).to_pylist()
    left = pq.read_table(next(out.glob("rejected/*.parquet"))).to_pylist()
    duplicates = [row["source_row"] for row in left if row["reason"] == "duplicate"]
    with_issue = {
        fault: [row["source_row"] for row in written if issues & set(row["issues"] or [])]
        for fault, issues in _ISSUES.items()
    }
    return {
        **{
            reason: [row["source_row"] for row in left if row["reason"] == name]
            for reason, name in _REASONS.items()
        },
        **with_issue,
        "copy": duplicates,
        "renamed": duplicates,
    }


def _of_reports(out: Path, file: ComparedFile) -> dict[str, Any]:
    """Return the numbers of our validation and bias reports, by fault."""
    report, bias = (
        json.loads(next(out.glob(f"processed/logs/*/{name}_*.json")).read_text(encoding="utf-8"))
        for name in ("validation", "bias")
    )
    return {
        "read": int(report["rows"]["read"] == file.expected["rows_read"]),
        "shared_id": report["conflicting_ids"],
        "missing": report["missing"]["review_text"],
        "mean": bias["mean_rating"],
    }


def _is_shown(page: Path) -> int:
    """Tell whether a page has the script of the header as text, so that no browser runs it."""
    text = page.read_text(encoding="utf-8")
    return int(SCRIPT not in text and html.escape(SCRIPT) in text)


def _size_and_names(pages: Sequence[Path], file: ComparedFile) -> tuple[int, int]:
    """Return the size of the pages in bytes, and how many customers' full names are in them."""
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    return len(text.encode()), sum(name in text for name in customer_names(file))


def _run(command: Sequence[str]) -> tuple[float, str]:
    """Run a command; return its CPU time in seconds and what it prints.

    Raises:
        SystemExit: it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT}:{_ROOT / 'lambda_src'}"}
    ran = subprocess.run(  # noqa: S603 # fixed programs, no shell
        command, check=False, capture_output=True, text=True, cwd=_ROOT, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} failed; the end of its errors: {ran.stderr[-1_000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.stdout


def benchmark(
    python: Annotated[Path, typer.Argument(help="The Python that has `requirements-compared.txt`.")],
) -> None:
    """Run ours and every tool on every file, one after the other, and print the tables."""
    runs = []
    with TemporaryDirectory() as work:
        for number, file in enumerate(compared_files(Path(work))):
            runs.append((file, run_ours(file, Path(work, f"ours-{number}"))))
            for tool in TOOLS:
                out = Path(work, f"{tool}-{number}")
                out.mkdir()
                runs.append((file, run_tool(tool, python.absolute(), file, out)))
                print(tool, file.path.name, runs[-1][1], file=sys.stderr)  # noqa: T201 # progress
        print(fault_table(runs), cost_table(runs), sep="\n\n")  # noqa: T201 # the result of the command


if __name__ == "__main__":
    typer.run(benchmark)

"""Compares the quality page with the reports of other tools on five files: `docs/compared.md`.

    python -m venv build/compared && build/compared/bin/pip install -r benchmarks/requirements-compared.txt
    python -m benchmarks.compared build/compared/bin/python

Takes some ten minutes; prints the tables of the page.
"""

import argparse
import html
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from benchmarks.compared_faults import FAULTS, Findings, planted_faults
from benchmarks.compared_files import SCRIPT, ComparedFile, compared_files
from benchmarks.compared_tools import TOOLS, Job

OURS = "this project"
_ROOT = Path(__file__).parent.parent
_REASONS = {"empty": "empty_row", "ragged": "ragged"}
_ISSUES = {
    "date": {"date_unparseable", "date_out_of_range"},
    "rating": {"rating_unparseable", "rating_out_of_scale"},
    "spent": {"total_spent_unparseable", "total_spent_negative"},
    "undecodable": {"undecodable_text"},
}
_NOT_SAID, _OTHER_NUMBER = "-", "~"


@dataclass(frozen=True)
class Run:
    """What a tool found in one file, how long it took (CPU, with its start), and how large its page is."""

    tool: str
    findings: Findings
    seconds: float
    page_bytes: int


def run_ours(file: ComparedFile, out: Path) -> Run:
    """Run `process` on a file, in a process of its own."""
    seconds, _ = _run([sys.executable, "-m", "ops", "process", str(file.path), "--out", str(out)])
    (page,) = out.glob("processed/logs/*/report_*.html")
    findings = {**_of_rows(out), **_of_reports(out, file), "script": _is_shown(page)}
    return Run(OURS, findings, seconds, page.stat().st_size)


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
    return Run(tool, findings, seconds, sum(page.stat().st_size for page in pages))


def fault_table(runs: Sequence[tuple[ComparedFile, Run]]) -> str:
    """Return a table with a row for each kind of fault and a column for each tool, in Markdown."""
    tools = list(dict.fromkeys(run.tool for _, run in runs))
    lines = [["planted", "", *tools], ["---", "--:", *["--:"] * len(tools)]]
    for name, words in FAULTS.items():
        planted = sum(
            planted_faults(file)[name].count for file in {id(file): file for file, _ in runs}.values()
        )
        cells = [_cell(name, [(file, run) for file, run in runs if run.tool == tool]) for tool in tools]
        lines.append([words, str(planted), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cost_table(runs: Sequence[tuple[ComparedFile, Run]]) -> str:
    """Return a table with the CPU time of each tool, as a ratio to ours, and the size of its pages."""
    tools = list(dict.fromkeys(run.tool for _, run in runs))
    seconds = {tool: sum(run.seconds for _, run in runs if run.tool == tool) for tool in tools}
    pages = {tool: [run.page_bytes / 1000 for _, run in runs if run.tool == tool] for tool in tools}
    ratios = [f"{seconds[tool] / seconds[OURS]:.1f}" for tool in tools]
    sizes = [
        f"{min(pages[tool]):,.0f} to {max(pages[tool]):,.0f}" if any(pages[tool]) else "none"
        for tool in tools
    ]
    lines = [["", *tools], ["---", *["--:"] * len(tools)], ["CPU time, ours = 1", *ratios]]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, ["page of a file, KB", *sizes]])


def _cell(name: str, runs: Iterable[tuple[ComparedFile, Run]]) -> str:
    """Return how many faults were found, or that the tool says nothing, or only other numbers."""
    pairs = [(planted_faults(file)[name], run.findings.get(name)) for file, run in runs]
    found = sum(fault.found(finding) for fault, finding in pairs)
    if found:
        return str(found)
    return _OTHER_NUMBER if any(finding for _, finding in pairs) else _NOT_SAID


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
        raise SystemExit(f"{' '.join(command[1:4])} failed; its last words: {ran.stderr[-1_000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.stdout


def main() -> None:
    """Run ours and every tool on every file, one after the other, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compared")
    parser.add_argument("python", type=Path, help="the Python that has `requirements-compared.txt`")
    python = parser.parse_args().python.absolute()
    runs = []
    with TemporaryDirectory() as work:
        for number, file in enumerate(compared_files(Path(work))):
            runs.append((file, run_ours(file, Path(work, f"ours-{number}"))))
            for tool in TOOLS:
                out = Path(work, f"{tool}-{number}")
                out.mkdir()
                runs.append((file, run_tool(tool, python, file, out)))
                print(tool, file.path.name, runs[-1][1], file=sys.stderr)  # noqa: T201
        print(fault_table(runs), cost_table(runs), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    main()

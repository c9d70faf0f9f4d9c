"""Writes the tables of `docs/compared.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.compared_faults import FAULTS, Findings, planted_faults
from benchmarks.compared_files import ComparedFile

OURS = "this project"
_NOT_SAID, _OTHER_NUMBER = "-", "~"


@dataclass(frozen=True)
class Run:
    """What a tool found in one file.

    Attributes:
        seconds: CPU time of its process, with its start.
        page_bytes: the size of its page; 0 if it writes none.
        names: how many customers' full names are in the page.
    """

    tool: str
    findings: Findings
    seconds: float
    page_bytes: int
    names: int


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
    """Return a table of CPU times as ratios to ours, sizes of pages, and the names in them, in Markdown."""
    tools = list(dict.fromkeys(run.tool for _, run in runs))
    seconds = {tool: sum(run.seconds for _, run in runs if run.tool == tool) for tool in tools}
    pages = {tool: [run.page_bytes / 1000 for _, run in runs if run.tool == tool] for tool in tools}
    ratios = [f"{seconds[tool] / seconds[OURS]:.1f}" for tool in tools]
    sizes = [
        f"{min(pages[tool]):,.0f} to {max(pages[tool]):,.0f}" if any(pages[tool]) else "none"
        for tool in tools
    ]
    names = [str(sum(run.names for _, run in runs if run.tool == tool)) for tool in tools]
    lines = [
        ["", *tools],
        ["---", *["--:"] * len(tools)],
        ["CPU time, ours = 1", *ratios],
        ["page of a file, KB", *sizes],
        ["customers' full names in the pages", *names],
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(name: str, runs: Iterable[tuple[ComparedFile, Run]]) -> str:
    """Return how many faults were found, or that the tool says nothing, or only other numbers."""
    pairs = [(planted_faults(file)[name], run.findings.get(name)) for file, run in runs]
    found = sum(fault.found(finding) for fault, finding in pairs)
    if found:
        return str(found)
    said = [finding for _, finding in pairs if finding is not None]
    if not said:
        return _NOT_SAID
    return _OTHER_NUMBER if any(said) else "0"

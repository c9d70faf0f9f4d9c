"""Writes one page of every kind into a folder, to be looked at and checked in a browser."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from ops.answer import Answer
from ops.ask_output import Found, show
from ops.process import process_files
from ops.sentence_index import Match
from tastetrend_gate.html_report import render as render_verdict
from tastetrend_gate.models import Comparison, Reason, RetrievalCheck, RetrievalFigures
from tastetrend_gate.verdict import FileResult, Verdict
from tests.browser.review_files import ATTACK, FILES

_ROWS = {"read": 1_240, "written": 1_200, "rejected": 31, "duplicate": 9}
_FIGURES = RetrievalFigures("v1", "golden", "inputs", 5_120, 40, 0.912, 0.874)


def write_pages(folder: Path) -> list[Path]:
    """Write all pages into a folder, which is created, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in _PAGES.items():
        (folder / f"{name}.html").write_text(render(), encoding="utf-8")
    _show_answer(folder / "ask.html")
    _write_reports(folder)
    return sorted(folder.glob("*.html"))


def _write_reports(folder: Path) -> None:
    """Process the review files below the folder, and move the pages on them, and their index, into it."""
    raw, out = folder / "raw", folder / "out"
    raw.mkdir()
    for name, write in FILES.values():
        write(raw / name)
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        process_files([raw / name for name, _ in FILES.values()], out, Console(file=nowhere))
    pages = {name: page for page, (name, _) in FILES.items()} | {out.name: "index"}
    for path in out.rglob("*.html"):
        path.replace(folder / f"{pages[path.parent.name]}.html")


def _passed() -> str:
    file = FileResult("clean.csv", "pass", "processed", _ROWS, 97)
    runtime = {"python": "3.11.9", "pyarrow": "18.1.0", "conditional_writes": "supported"}
    return render_verdict(Verdict("pass", "7", None, "7-0", [], [file], [], {"version 7": runtime}))


def _failed() -> str:
    reasons = [
        Reason("fail", ATTACK, ATTACK, f"{ATTACK}; 31 rows instead of 30"),
        Reason("warn", "uptown_messy.csv", "rating gap", "0.02 above the baseline's"),
    ]
    files = [
        FileResult("uptown_messy.csv", "fail", f"rejected {ATTACK}", {}, 0, [f"column {ATTACK}"]),
        FileResult("clean.csv", "warn", "processed", _ROWS, 97),
    ]
    comparisons = [Comparison("clean.csv", "rows", "rows", "truth", 0.0, "1,200 rows")]
    retrieval = RetrievalCheck(_FIGURES, _FIGURES)
    return render_verdict(
        Verdict("fail", "7", "5", "7-0", reasons, files, comparisons, {"version 7": None}, retrieval)
    )


_PAGES: dict[str, Callable[[], str]] = {"gate_passed": _passed, "gate_failed": _failed}


def _show_answer(page: Path) -> None:
    """Write the page of a question, its answer and the sentences found."""
    sentences = ["We waited an hour for a table.", "Service was quick, even on a Friday.", ATTACK]
    matches = [
        Match(
            0.9 - number / 10,
            f"r{number}",
            "Café Único",
            "Old Town",
            "2023-05-01",
            4.5,
            f"{number}.csv",
            7,
            text,
        )
        for number, text in enumerate(sentences)
    ]
    answer = Answer("Guests waited an hour [1], or not at all [2].", "Quoted from the nearest reviews.")
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        show(
            Found("dev", f"How long is the queue? {ATTACK}", matches, 0, answer), Console(file=nowhere), page
        )

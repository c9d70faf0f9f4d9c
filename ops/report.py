"""Writes an index of files of an environment, and the page of each."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from ops.deliveries import Row, uploaded_at
from ops.file_index import Index, build_index, count_statuses
from ops.index_page import INDEX, MAX_LISTED, write_index
from ops.processed_objects import read_object
from ops.report_selection import select_batch, select_files
from ops.result import Result
from ops.stack_outputs import CommandContext

_MAX_PAGES = 100
_PAGES = "pages"


def write_report(context: CommandContext, which: str, batch: str | None, out: Path) -> Result:
    """Write `index.html` and the pages of the worst files into a folder, and print what they show.

    Raises:
        CommandError: no file is selected.
    """
    with context.console.status("reading the history of the files"):
        selection = select_files(context, which) if batch is None else select_batch(context, batch)
    index = build_index(
        f"Files {selection.title} of {context.env}", selection.files, selection.history, selection.remark
    )
    with context.console.status("copying the pages of the files"):
        links = _copy_pages(context, index.files[:_MAX_PAGES], out)
    write_index(index, links, out)
    _print(context, index, out)
    statuses = count_statuses(index)
    data = {
        "environment": context.env,
        "index": str(out / INDEX),
        "statuses": statuses,
        "files": [_to_json(row, index.drift.get(number, [])) for number, row in enumerate(index.files)],
    }
    return Result(data, int(bool({"missing", "rejected", "fail"} & statuses.keys())))


def _copy_pages(context: CommandContext, files: Sequence[Row], out: Path) -> dict[str, str]:
    """Copy the pages of files, in place of those of a former report; return key → relative address."""
    links = {}
    shutil.rmtree(out / _PAGES, ignore_errors=True)
    (out / _PAGES).mkdir(parents=True)
    for page in (row["page"] for row in files if row["page"]):
        address = f"{_PAGES}/{hashlib.sha256(page.encode()).hexdigest()[:16]}.html"
        if (content := read_object(context, page)) is None:
            continue  # it has expired
        (out / address).write_bytes(content)
        links[page] = address
    return links


def _print(context: CommandContext, index: Index, out: Path) -> None:
    counts = ", ".join(f"{number:,} {status}" for status, number in count_statuses(index).items())
    context.console.print(f"{index.title}: {counts}.")
    if index.remark:
        context.console.print(index.remark)
    for number, drift in [*index.drift.items()][:MAX_LISTED]:
        for sentence in drift:
            context.console.print(f"{index.files[number]['raw_key']}: {sentence}")
    context.console.print(f"The index is {out / INDEX}")


def _to_json(row: Row, drift: Sequence[str]) -> dict[str, object]:
    moment = uploaded_at(row).isoformat() if row["uploaded_at"] else None
    return {**row, "uploaded_at": moment, "drift": [*drift]}

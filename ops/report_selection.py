"""Selects the files of a report: of a day, of a prefix or of a batch."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from ops.batch_result import read_report, report_key
from ops.deliveries import Row, uploaded_at
from ops.errors import CommandError
from ops.file_history import MAX_FILES, History, read_history
from ops.stack_outputs import CommandContext
from tastetrend_etl.history import COLUMNS

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CUT = f"Only the {MAX_FILES:,} files that were uploaded last were looked at; name a day to see earlier ones."
_RESULTS = frozenset({"processed", "rejected"})


class Selection(NamedTuple):
    """The newest version of each file that was asked for.

    Attributes:
        title: which files they are, in words.
        history: rows of these files and of others, the newest first.
        remark: what is left out; empty if nothing is.
    """

    title: str
    files: Sequence[Row]
    history: Sequence[Row]
    remark: str


def select_files(context: CommandContext, which: str) -> Selection:
    """Return the files of the latest day with an upload, of a day, or under a prefix.

    Raises:
        CommandError: there is none.
    """
    history = read_history(context, which if _DAY.fullmatch(which) else "")
    if which == "latest" and history.rows:
        which = _day(history.rows[0])
    if _DAY.fullmatch(which) or which == "latest":
        title, files = f"uploaded on {which}", [row for row in history.rows if _day(row) == which]
    else:
        title, files = f"under {which!r}", [row for row in history.rows if row["raw_key"].startswith(which)]
    remark = _CUT if history.is_cut else ""
    if not files:
        raise CommandError(f"no file of {context.env} is {title}; {_what_there_is(context, history)}")
    return Selection(title, _newest_of_each(files), history.rows, remark)


def select_batch(context: CommandContext, folder: str) -> Selection:
    """Return the files of a batch, those without a result included.

    Raises:
        CommandError: the batch has no report.
    """
    report = read_report(context, folder.strip("/"))
    if report is None:
        raise CommandError(
            f"there is no report of a batch under {report_key(folder.strip('/'))}; "
            f"`tastetrend history --env {context.env}` lists the batches"
        )
    history = read_history(context).rows
    known = {row["raw_key"]: row for row in _newest_of_each(history)}
    files = [_row_of(entry, known.get(entry["key"])) for entry in report["worst_first"]]
    return Selection(f"of the batch {folder}", files, history, "")


def _row_of(entry: Mapping[str, Any], known: Row | None) -> Row:
    """Return the row of the history, or what the report of the batch says of a file that has none."""
    if known and entry["outcome"] in _RESULTS:
        return known
    status = {"processed": entry["status"], "rejected": "rejected"}.get(entry["outcome"], "missing")
    reason = entry["reason"] if entry["outcome"] in _RESULTS else entry["outcome"]
    rows = {f"rows_{name}": count for name, count in (entry["rows"] or {}).items()}
    return {
        **dict.fromkeys(COLUMNS.names),
        "raw_key": entry["key"],
        "status": status,
        "reason": reason,
        **rows,
    }


def _newest_of_each(rows: Sequence[Row]) -> list[Row]:
    """Return the first row of each raw key; the rows are sorted, the newest first."""
    return list({row["raw_key"]: row for row in reversed(rows)}.values())


def _day(row: Row) -> str:
    return uploaded_at(row).astimezone(UTC).date().isoformat()


def _what_there_is(context: CommandContext, history: History) -> str:
    if not history.rows:
        return (
            "there is no history yet: it begins with the next file, and "
            f"`tastetrend replay --all --env {context.env} --yes` writes that of earlier ones"
        )
    newest = f"the newest is {history.rows[0]['raw_key']}, uploaded on {_day(history.rows[0])}"
    return f"{newest}. {_CUT}" if history.is_cut else newest

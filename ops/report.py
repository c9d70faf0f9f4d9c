"""Writes an index of files of an environment, and the page of each."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from botocore.exceptions import ClientError

from ops.deliveries import Row, uploaded_at
from ops.errors import CommandError
from ops.file_history import read_history
from ops.file_index import Index, build_index, count_statuses
from ops.index_page import INDEX, MAX_LISTED, write_index
from ops.result import Result
from ops.stack_outputs import CommandContext
from tastetrend_etl.s3_download import is_not_found

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_PAGES = 100


def write_report(context: CommandContext, which: str, batch: str | None, out: Path) -> Result:
    """Write `index.html` and the pages of the worst files into a folder, and print what they show.

    Raises:
        CommandError: no file is selected.
    """
    history = read_history(context)
    title, files = _select(context, which, batch, history)
    if not files:
        raise CommandError(f"no processed file of {context.env} is {title}; the newest is {_newest(history)}")
    index = build_index(f"Files {title} of {context.env}", files, history)
    links = _write_pages(context, index, out)
    write_index(index, links, out)
    _print(context, index, out)
    bad = {"rejected", "fail"} & count_statuses(index).keys()
    data = {
        "environment": context.env,
        "index": str(out / INDEX),
        "statuses": count_statuses(index),
        "files": [_to_json(row, index.drift.get(number, [])) for number, row in enumerate(index.files)],
    }
    return Result(data, int(bool(bad)))


def _select(
    context: CommandContext, which: str, batch: str | None, history: Sequence[Row]
) -> tuple[str, list[Row]]:
    """Return which files were asked for, in words, and the newest version of each."""
    if batch is not None:
        keys = _keys_of_batch(context, batch)
        return f"of the batch {batch}", _newest_of_each([row for row in history if row["raw_key"] in keys])
    if which == "latest" and history:
        which = _day(history[0])
    if which == "latest" or _DAY.fullmatch(which):
        return f"uploaded on {which}", _newest_of_each([row for row in history if _day(row) == which])
    named = [row for row in history if row["raw_key"].startswith(which)]
    return f"under {which!r}", _newest_of_each(named)


def _keys_of_batch(context: CommandContext, folder: str) -> set[str]:
    key = f"batches/{folder.strip('/')}/report.json"
    try:
        content = context.s3.get_object(Bucket=context.processed_bucket, Key=key)["Body"].read()
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise CommandError(
            f"there is no report of a batch under {key}; `tastetrend history --env {context.env}` lists them"
        ) from error
    return {file["key"] for file in json.loads(content)["worst_first"]}


def _newest_of_each(rows: Sequence[Row]) -> list[Row]:
    """Return the first row of each raw key; the rows are sorted, the newest first."""
    return list({row["raw_key"]: row for row in reversed(rows)}.values())


def _day(row: Row) -> str:
    return uploaded_at(row).astimezone(UTC).date().isoformat()


def _newest(history: Sequence[Row]) -> str:
    return (
        f"{history[0]['raw_key']}, uploaded on {_day(history[0])}"
        if history
        else "not there: none is processed"
    )


def _write_pages(context: CommandContext, index: Index, out: Path) -> dict[str, str]:
    """Download the pages of the worst files; return key → address relative to the index."""
    links = {}
    (out / "pages").mkdir(parents=True, exist_ok=True)
    for row in index.files[:_MAX_PAGES]:
        address = f"pages/{hashlib.sha256(row['page'].encode()).hexdigest()[:16]}.html"
        try:
            page = context.s3.get_object(Bucket=context.processed_bucket, Key=row["page"])["Body"].read()
        except ClientError as error:
            if not is_not_found(error):
                raise
            continue  # it has expired
        (out / address).write_bytes(page)
        links[row["page"]] = address
    return links


def _print(context: CommandContext, index: Index, out: Path) -> None:
    counts = ", ".join(f"{number:,} {status}" for status, number in count_statuses(index).items())
    context.console.print(f"{index.title}: {counts}.")
    for number, drift in [*index.drift.items()][:MAX_LISTED]:
        for sentence in drift:
            context.console.print(f"{index.files[number]['raw_key']}: {sentence}")
    context.console.print(f"The index is {out / INDEX}")


def _to_json(row: Row, drift: Sequence[str]) -> dict[str, object]:
    return {**row, "uploaded_at": uploaded_at(row).isoformat(), "drift": [*drift]}

"""Reads the history of the files of an environment, the newest first."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, cast

import awswrangler as wr

from ops.deliveries import Row
from ops.stack_outputs import CommandContext
from tastetrend_etl.history import MAPS
from tastetrend_etl.output_keys import HISTORY_PREFIX

if TYPE_CHECKING:
    import pandas as pd

MAX_FILES = 2_000


class History(NamedTuple):
    """Rows of the history, the newest upload first; `is_cut` says that there are older ones."""

    rows: list[Row]
    is_cut: bool


def read_history(context: CommandContext, last_day: str = "") -> History:
    """Return the rows of the 2,000 files that were uploaded last, until a day such as `2026-11-25`."""
    keys = list(islice(_keys(context, last_day), MAX_FILES + 1))
    paths = [f"s3://{context.processed_bucket}/{key}" for key in keys[:MAX_FILES]]
    if not paths:
        return History([], is_cut=False)
    frame: pd.DataFrame = wr.s3.read_parquet(paths, dtype_backend="pyarrow", use_threads=True)
    rows = _without_rewritten(map(_plain, cast("list[Row]", frame.to_dict("records"))))
    rows.sort(key=lambda row: row["uploaded_at"], reverse=True)
    return History(rows, is_cut=len(keys) > MAX_FILES)


def _keys(context: CommandContext, last_day: str) -> Iterator[str]:
    """Yield the keys of the history, month by month, the newest first."""
    listing = context.s3.get_paginator("list_objects_v2")
    pages = listing.paginate(Bucket=context.processed_bucket, Prefix=f"{HISTORY_PREFIX}/", Delimiter="/")
    months = [prefix["Prefix"] for page in pages for prefix in page.get("CommonPrefixes", [])]
    for month in sorted(months, reverse=True):
        pages = listing.paginate(Bucket=context.processed_bucket, Prefix=month)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        yield from (key for key in sorted(keys, reverse=True) if _is_by(key, last_day))


def _is_by(key: str, last_day: str) -> bool:
    """Return whether the upload, with whose day the name of the object begins, is not after a day."""
    return not last_day or key.rpartition("/")[2][:8] <= last_day.replace("-", "")


def _without_rewritten(rows: Iterable[Row]) -> list[Row]:
    """Return the first row of each upload: an erasure writes a raw file again, and keeps its upload time."""
    first: dict[tuple[str, object], Row] = {}
    for row in rows:
        first.setdefault((row["raw_key"], row["uploaded_at"]), row)
    return list(first.values())


def _plain(row: Row) -> Row:
    """Return a row of a frame with its maps, which are lists of pairs, as dictionaries."""
    return {**row, **{name: dict(row[name] or ()) for name in MAPS}}

"""Reads the history of the files of an environment, the newest first."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, cast

import awswrangler as wr

from ops.deliveries import Row
from ops.stack_outputs import CommandContext
from tastetrend_etl.output_keys import HISTORY_PREFIX

if TYPE_CHECKING:
    import pandas as pd

MAX_FILES = 2_000
_MAPS = ("missing_share", "issues", "rejections")


def read_history(context: CommandContext) -> list[Row]:
    """Return the rows of the files that were uploaded last, the newest first; 2,000 at most."""
    paths = [f"s3://{context.processed_bucket}/{key}" for key in islice(_keys(context), MAX_FILES)]
    if not paths:
        return []
    frame: pd.DataFrame = wr.s3.read_parquet(paths, dtype_backend="pyarrow", use_threads=True)
    rows = [_plain(row) for row in cast("list[Row]", frame.to_dict("records"))]
    return sorted(rows, key=lambda row: row["uploaded_at"], reverse=True)


def _keys(context: CommandContext) -> Iterator[str]:
    """Yield the keys of the history, month by month, the newest first."""
    listing = context.s3.get_paginator("list_objects_v2")
    pages = listing.paginate(Bucket=context.processed_bucket, Prefix=f"{HISTORY_PREFIX}/", Delimiter="/")
    months = [prefix["Prefix"] for page in pages for prefix in page.get("CommonPrefixes", [])]
    for month in sorted(months, reverse=True):
        pages = listing.paginate(Bucket=context.processed_bucket, Prefix=month)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        yield from sorted(keys, reverse=True)


def _plain(row: Row) -> Row:
    """Return a row of a frame with its maps, which are lists of pairs, as dictionaries."""
    return {**row, **{name: dict(row[name] or ()) for name in _MAPS}}

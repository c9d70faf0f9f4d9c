"""Decides once for a whole file how its dates and ratings are meant."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tastetrend_etl.cells.dates import order_proofs
from tastetrend_etl.cells.ratings import choose_scale, read_rating, scale_evidence
from tastetrend_etl.records import Columns, Evidence, FileRules, SourceObject
from tastetrend_etl.rows import collect

_FIRST_ROWS = 1_000


def first_evidence(cells: pa.RecordBatch, columns: Columns) -> Evidence:
    """Return what the first rows say about the rules of their file, before there are any."""
    first = cells.slice(0, _FIRST_ROWS)
    date, rating = (collect.column(first, columns, field) for field in ("review_date", "rating"))
    read = [read_rating(text) for text in rating.delivered.to_pylist()]
    order = order_proofs(date.spread(date.values))
    return Evidence(order, Counter(scale_evidence(read, rating.counts())))


def file_rules(evidence: Evidence, columns: Columns, source: SourceObject) -> FileRules:
    """Return what the evidence proves; a column's name tells its scale better than any evidence."""
    order = evidence.date_order
    return FileRules(
        day_first=order["day"] > order["month"],
        rating_scale=columns.rating_scale or choose_scale(evidence.rating_scale),
        not_after=_not_after(source),
    )


def _not_after(source: SourceObject) -> datetime:
    """Return a day after the upload: nobody reviews tomorrow's dinner, and a clock would make runs differ."""
    return source.last_modified.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)

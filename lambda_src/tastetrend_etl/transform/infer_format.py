"""Decides once for a whole file how its dates and ratings are meant."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tastetrend_etl.limits import MAX_DAYS_AFTER_UPLOAD
from tastetrend_etl.models import ColumnMapping, FormatEvidence, InferredFormat, SourceObject
from tastetrend_etl.transform import select_fields
from tastetrend_etl.transform.dates import day_month_evidence
from tastetrend_etl.transform.ratings import choose_scale, read_rating, scale_evidence

_FIRST_ROWS = 1_000


def first_evidence(cells: pa.RecordBatch, columns: ColumnMapping) -> FormatEvidence:
    """Return what the first rows say about the rules of their file, before there are any."""
    first = cells.slice(0, _FIRST_ROWS)
    date, rating = (select_fields.column(first, columns, field) for field in ("review_date", "rating"))
    read = [read_rating(text) for text in rating.raw_values.to_pylist()]
    order = day_month_evidence(date.to_rows(date.values))
    return FormatEvidence(order, Counter(scale_evidence(read, rating.counts())))


def infer_format(evidence: FormatEvidence, columns: ColumnMapping, source: SourceObject) -> InferredFormat:
    """Return what the evidence proves; a column's name tells its scale better than any evidence."""
    order = evidence.date_order
    return InferredFormat(
        day_first=order["day"] > order["month"],
        rating_scale=columns.rating_scale or choose_scale(evidence.rating_scale),
        max_review_date=_not_after(source),
    )


def _not_after(source: SourceObject) -> datetime:
    """Return the latest possible review date, by the upload: with a clock, runs would differ."""
    return source.last_modified.astimezone(UTC).replace(tzinfo=None) + timedelta(days=MAX_DAYS_AFTER_UPLOAD)

"""Infers for a whole file how its dates and ratings are written."""

from collections import Counter
from datetime import UTC, timedelta

import pyarrow as pa

from tastetrend_etl.limits import MAX_DAYS_AFTER_UPLOAD
from tastetrend_etl.models import ColumnMapping, FormatEvidence, InferredFormat, SourceObject
from tastetrend_etl.transform.dates import day_month_evidence
from tastetrend_etl.transform.numbers import EITHER, choose_decimal_mark, decimal_mark_evidence
from tastetrend_etl.transform.ratings import choose_scale, parse_rating, scale_evidence
from tastetrend_etl.transform.select_fields import field_column, field_origin

_FIRST_ROWS = 1_000


def first_evidence(cells: pa.RecordBatch, columns: ColumnMapping) -> FormatEvidence:
    """Return the evidence in the first rows of a batch."""
    first = cells.slice(0, _FIRST_ROWS)
    date, rating = (field_column(first, columns, field) for field in ("review_date", "rating"))
    ratings = [parse_rating(text) for text in rating.raw_values.to_pylist()]
    amounts = (field_column(first, columns, field) for field in ("total_spent", "tip_amount"))
    places = field_origin(first, columns, "rating")
    return FormatEvidence(
        day_month_evidence(date.to_rows(date.values)),
        scale_evidence(ratings, rating.counts(), places),
        sum(map(decimal_mark_evidence, amounts), Counter()),
    )


def infer_format(
    evidence: FormatEvidence,
    columns: ColumnMapping,
    source: SourceObject,
    guess: InferredFormat | None = None,
) -> InferredFormat:
    """Return the format that the evidence shows; what the file's source states takes precedence.

    Then a scale in the rating column's name does. The decimal mark is that of the guess, if there is one and
    no amount depends on it.
    """
    order, marks, stated = evidence.date_order, evidence.decimal_mark, columns.source
    mark = choose_decimal_mark(marks) if guess is None or marks[EITHER] else guess.decimal_mark
    # Some time after the upload allows for every time zone; the clock would make runs differ.
    uploaded = (source.first_uploaded or source.last_modified).astimezone(UTC).replace(tzinfo=None)
    return InferredFormat(
        day_first=stated.date_order == "day_first" if stated.date_order else order["day"] > order["month"],
        rating_scales=tuple(
            stated.rating_scale
            or columns.rating_scales.get(place)
            or choose_scale(evidence.rating_scale, number)
            for number, place in enumerate(columns.fields.get("rating", (0,)))
        ),
        decimal_mark=f"only {stated.decimal_mark}" if stated.decimal_mark else mark,
        max_review_date=uploaded + timedelta(days=MAX_DAYS_AFTER_UPLOAD),
        source=stated,
    )


def add_evidence(first: FormatEvidence, second: FormatEvidence) -> FormatEvidence:
    """Return the sum of both."""
    return FormatEvidence(
        first.date_order + second.date_order,
        first.rating_scale + second.rating_scale,
        first.decimal_mark + second.decimal_mark,
        first.ratings + second.ratings,
    )

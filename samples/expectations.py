"""Describes the expected result of a generated file, known by construction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from samples.columns import Value
from samples.restaurants import RESTAURANT_INFO
from samples.rows import DATE, DUPLICATE, EMPTY_ROW, ID, RAGGED_ROW, RATING, SPENT, WRITTEN, Row
from samples.sources import Source
from samples.vocabulary import NULL_VALUES

_CELLS = {"date": DATE, "rating": RATING, "total_spent": SPENT}
_UNIFIED = {"date": "review_date", "rating": "rating_1_5", "total_spent": "total_spent"}

Expectation = dict[str, Any]


def of_reviews(source: Source, rows: Sequence[Row]) -> Expectation:
    """Return the row balance, the outcome of each row that is not written, and the values of each that is."""
    written = [row for row in rows if row.outcome == WRITTEN]
    rejected = {
        outcome: [row.number for row in rows if row.outcome == outcome] for outcome in (EMPTY_ROW, RAGGED_ROW)
    }
    duplicates = [[row.number, row.duplicate_of] for row in rows if row.outcome == DUPLICATE]
    return {
        "kind": "reviews",
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "date_order": source.date_order,
        "rating_scale": source.rating_scale,
        "rows_read": len(rows),
        "rows_written": len(written),
        "rows_rejected": sum(map(len, rejected.values())),
        "rows_duplicate": len(duplicates),
        "rejected": rejected,
        "duplicates": duplicates,
        "conflicting_ids": _conflicting_ids(written),
        "mark": source.mark,
        "marked_by_id": [row.number for row in rows if _marked_by_id(row)],
        "source_row": [row.number for row in written],
        **{_UNIFIED[column]: [_plain(row.expected[column]) for row in written] for column in _UNIFIED},
        "not_understood": {
            _UNIFIED[column]: [row.number for row in written if _not_understood(row, column)]
            for column in _UNIFIED
        },
    }


def of_restaurant_info() -> Expectation:
    """Return the expectation of the reference data: every row is written."""
    count = len(RESTAURANT_INFO) - 1
    return {
        "kind": "restaurant_info",
        "encoding": "utf-8",
        "delimiter": ",",
        "rows_read": count,
        "rows_written": count,
        "rows_rejected": 0,
        "rows_duplicate": 0,
    }


def as_json(files: Mapping[str, Expectation]) -> str:
    """Return JSON with one line a field, for readable diffs."""
    blocks = (f"{json.dumps(name)}: {_block(expectation)}" for name, expectation in files.items())
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _block(expectation: Expectation) -> str:
    lines = (f"  {json.dumps(field)}: {json.dumps(value)}" for field, value in expectation.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def _conflicting_ids(written: Sequence[Row]) -> list[str]:
    return sorted({row.cells[ID] for row in written if row.cells[ID] != str(row.number)}, key=int)


def _marked_by_id(row: Row) -> bool:
    return row.outcome in (EMPTY_ROW, RAGGED_ROW) or (row.outcome == WRITTEN and not row.has_mark)


def _not_understood(row: Row, column: str) -> bool:
    return row.expected[column] is None and row.cells[_CELLS[column]] not in NULL_VALUES


def _plain(value: Value) -> str | float | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value

"""Describes the result for one version of a raw file in one row, for comparison with later deliveries."""

import io
import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from tastetrend_etl.validate.report import Report

_SHARES, _COUNTS = pa.map_(pa.string(), pa.float64()), pa.map_(pa.string(), pa.int64())
COLUMNS = pa.schema(
    [
        pa.field("raw_key", pa.string(), nullable=False),
        pa.field("version_id", pa.string(), nullable=False),
        pa.field("uploaded_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("function_version", pa.string(), nullable=False),
        pa.field("contract_version", pa.int64(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("page", pa.string(), nullable=False),
        ("reason", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("encoding", pa.string()),
        ("column_mapping", pa.string()),
        ("rows_read", pa.int64()),
        ("rows_written", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("rows_duplicate", pa.int64()),
        ("rated_rows", pa.int64()),
        ("mean_rating", pa.float64()),
        ("missing_share", _SHARES),
        ("issues", _COUNTS),
        ("rejections", _COUNTS),
    ]
)
"""Columns of the history.

`status` is `pass`, `warn`, `fail` or `rejected`; only a rejected file has a `reason`, and then none of the
columns from `source` on. `column_mapping` is JSON: field → names of raw columns. `missing_share` is column of
the dataset → share of null cells; `issues` and `rejections` are code → rows.
"""


MAPS = tuple(field.name for field in COLUMNS if pa.types.is_map(field.type))
"""The columns that are maps."""


def history_row(report: Report, bias: Report | None) -> Report:
    """Return the row of a file in the types of JSON; None for what a rejected file does not have.

    Args:
        report: its validation or error report.
        bias: its bias report, if it has one.
    """
    raw = report["raw_object"]
    row: Report = dict.fromkeys(COLUMNS.names)
    row |= {
        "raw_key": raw["key"],
        "version_id": raw["version_id"],
        "uploaded_at": raw.get("first_uploaded") or raw["last_modified"],
        "size_bytes": raw["size"],
        "function_version": report["function_version"],
        "contract_version": report["contract_version"],
        "status": report["status"],
        "page": report["outputs"]["page"],
    }
    if report["status"] == "rejected":
        return row | {"reason": report["reason"]}
    return row | {
        "source": report["source"]["name"],
        "kind": report["source"]["kind"],
        "encoding": report["encoding"],
        "column_mapping": json.dumps(report["column_mapping"], ensure_ascii=False),
        **{f"rows_{name}": rows for name, rows in report["rows"].items()},
        "rated_rows": bias["rated_rows"] if bias else None,
        "mean_rating": bias["mean_rating"] if bias else None,
        "missing_share": report["missing_share"],
        "issues": _counts(report["issues"]),
        "rejections": _counts(report["rejections"]),
    }


def _counts(reported: Report) -> dict[str, int]:
    return {code: rows["count"] for code, rows in reported.items()}


def to_parquet(row: Report) -> bytes:
    """Return the row as a parquet file, whose footer names the raw file as that of a dataset does."""
    typed = row | {"uploaded_at": datetime.fromisoformat(row["uploaded_at"])}
    typed |= {name: [*row[name].items()] for name in MAPS if row[name] is not None}
    file = io.BytesIO()
    # Of one row, each would take more than it saves.
    options = {"use_dictionary": False, "write_statistics": False, "store_schema": False}
    with pq.ParquetWriter(file, COLUMNS, **options) as writer:
        writer.write_table(pa.Table.from_pylist([typed], COLUMNS))
        writer.add_key_value_metadata({"source_key": row["raw_key"], "source_version_id": row["version_id"]})
    return file.getvalue()

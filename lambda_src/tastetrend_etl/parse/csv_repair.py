"""Writes the good records of a file as strict CSV for Arrow's reader and returns the others."""

import csv
from collections.abc import Iterable
from pathlib import Path

from tastetrend_etl.limits import MAX_KEPT_CHARACTERS
from tastetrend_etl.models import RawRecord, RejectedRow
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.rejected_rows import RejectedRows


def rewrite(
    records: Iterable[RawRecord], target: Path, *, delimiter: str, width: int, limit: int
) -> list[RejectedRow]:
    """Write the records that are as wide as the header; the first one has the number 1.

    Args:
        records: the data records; blank ones are no records.
        target: where they go, without a header.
        delimiter: the character between fields.
        width: the number of fields in the header.
        limit: the most characters that may be written.

    Raises:
        RejectedFileError: `too_large`, `too_many_rejected`.
    """
    rejects, written = RejectedRows(), 0
    kept = (record for record in records if record.fields or record.problem)
    with target.open("w", encoding="utf-8", newline="") as out:
        # Both characters, because Python's writer quotes a lone line end only when it is its own.
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        for number, record in enumerate(kept, 1):
            if problem := record.problem or field_count_error(record.fields, width):
                rejects.extend([RejectedRow(number, problem, _kept(record.raw, problem))])
            else:
                written += writer.writerow(record.fields[:width])
                enforce_size_limit(limit, written)
    return rejects.rows


def field_count_error(fields: list[str], width: int) -> str:
    """Return `ragged` unless the fields fit; empty ones behind them are a habit of some exports."""
    return "" if len(fields) == width or (len(fields) > width and not any(fields[width:])) else "ragged"


def _kept(raw: str, problem: str) -> str:
    return raw[:MAX_KEPT_CHARACTERS] if problem == "record_too_long" else raw.rstrip("\r\n")

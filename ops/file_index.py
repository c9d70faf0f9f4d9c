"""Selects what an index of processed files shows: the worst first, and what has changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from ops.deliveries import (
    Row,
    Series,
    describe_drift,
    earlier_than,
    group_by_series,
    rejected_share,
    series_of,
)
from tastetrend_etl.limits import SEVERITY

_STATUSES = ("missing", "rejected", *reversed(SEVERITY))


class Index(NamedTuple):
    """The files of a page, the worst first.

    Attributes:
        title: which files they are.
        drift: number of the file in `files` → sentences about changes since its source's earlier deliveries.
        series: name → all deliveries of each source that is among the files and has several.
        remark: what is left out; empty if nothing is.
    """

    title: str
    files: Sequence[Row]
    drift: Mapping[int, Sequence[str]]
    series: Mapping[str, Series]
    remark: str = ""


def build_index(title: str, files: Iterable[Row], history: Iterable[Row], remark: str = "") -> Index:
    """Compare files with the earlier deliveries of their sources, and sort them.

    Args:
        title: which files they are.
        files: their rows of the history.
        history: rows of these files and of others.
        remark: what is left out.
    """
    every = group_by_series(history)
    compared = [(row, _drift(row, every)) for row in files]
    compared.sort(key=lambda pair: _severity(*pair))
    rows = [row for row, _ in compared]
    drift = {number: sentences for number, (_, sentences) in enumerate(compared) if sentences}
    return Index(title, rows, drift, _several(every, {series_of(row) for row in rows}), remark)


def _several(every: Mapping[str, Series], names: Collection[str]) -> dict[str, Series]:
    """Return the named series with more than one delivery."""
    return {
        name: series for name, series in sorted(every.items()) if name in names and len(series.deliveries) > 1
    }


def count_statuses(index: Index) -> dict[str, int]:
    """Return status → files, the worst status first, without those that no file has."""
    counts = {status: sum(row["status"] == status for row in index.files) for status in _STATUSES}
    return {status: number for status, number in counts.items() if number}


def _drift(row: Row, every: Mapping[str, Series]) -> list[str]:
    series = every.get(series_of(row))
    if not series or row["rows_read"] is None or not row["uploaded_at"]:
        return []
    return describe_drift(row, earlier_than(row, series))


def _severity(row: Row, drift: Sequence[str]) -> tuple[int, int, float, str]:
    return _STATUSES.index(row["status"]), -len(drift), -rejected_share(row), row["raw_key"]

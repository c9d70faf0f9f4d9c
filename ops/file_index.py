"""Selects what an index of processed files shows: the worst first, and what has changed."""

from collections.abc import Iterable, Mapping, Sequence
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

_STATUSES = ("rejected", *reversed(SEVERITY))


class Index(NamedTuple):
    """The files of a page, the worst first.

    Attributes:
        title: which files they are.
        drift: number of the file in `files` → sentences about changes since its source's earlier deliveries.
        series: name → all deliveries of each source that is among the files and has several.
    """

    title: str
    files: Sequence[Row]
    drift: Mapping[int, Sequence[str]]
    series: Mapping[str, Series]


def build_index(title: str, files: Iterable[Row], history: Iterable[Row]) -> Index:
    """Compare files with the earlier deliveries of their sources, and sort them.

    Args:
        title: which files they are.
        files: their rows of the history.
        history: rows of these files and of others.
    """
    every = group_by_series(history)
    found = [(row, _drift(row, every)) for row in files]
    found.sort(key=lambda pair: _badness(*pair))
    rows = [row for row, _ in found]
    own = {series_of(row) for row in rows}
    return Index(
        title=title,
        files=rows,
        drift={number: drift for number, (_, drift) in enumerate(found) if drift},
        series={
            name: series
            for name, series in sorted(every.items())
            if name in own and len(series.deliveries) > 1
        },
    )


def count_statuses(index: Index) -> dict[str, int]:
    """Return status → files, the worst status first, without those that no file has."""
    counts = {status: sum(row["status"] == status for row in index.files) for status in _STATUSES}
    return {status: number for status, number in counts.items() if number}


def _drift(row: Row, every: Mapping[str, Series]) -> list[str]:
    series = every.get(series_of(row))
    return describe_drift(row, earlier_than(row, series)) if series and row["status"] != "rejected" else []


def _badness(row: Row, drift: Sequence[str]) -> tuple[int, int, float, str]:
    share = rejected_share(row) if row["status"] != "rejected" else 0.0
    return _STATUSES.index(row["status"]), -len(drift), -share, row["raw_key"]

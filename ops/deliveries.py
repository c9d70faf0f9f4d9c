"""Compares a delivery of a source with its earlier ones, and says in words what has changed."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tastetrend_etl.report_page.figures import percent

Row = Mapping[str, Any]
"""A row of the history (`tastetrend_etl.history`), its map columns as dictionaries."""

MAX_EARLIER = 20
_MIN_EARLIER = 2  # deliveries without which there is nothing to compare with
_SHARE_DRIFT = 0.1  # a share outside the range of the earlier ones by more than this
_REJECTED_DRIFT = 0.02
_RATING_DRIFT = 0.5  # stars
_ROWS_FACTOR = 2  # times the most, or the least, of the earlier rows
_NUMBERS = re.compile(r"\d+")


class Series(NamedTuple):
    """The deliveries of a source, the oldest first; `name` is the source, or the pattern of the keys."""

    name: str
    deliveries: list[Row]


def series_of(row: Row) -> str:
    """Return the source; of a file of none the key with each number as `#`, as in `in/reviews_#.csv`."""
    source = row["source"]
    return source if source and source != "generic" else _NUMBERS.sub("#", row["raw_key"])


def uploaded_at(row: Row) -> datetime:
    """Return the time of the upload."""
    moment = row["uploaded_at"]
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)


def group_by_series(rows: Iterable[Row]) -> dict[str, Series]:
    """Return name → deliveries that were read, the oldest first; rejected files have no figures."""
    groups: dict[str, Series] = {}
    for row in sorted(rows, key=uploaded_at):
        if row["rows_read"] is not None:
            name = series_of(row)
            groups.setdefault(name, Series(name, [])).deliveries.append(row)
    return groups


def earlier_than(row: Row, series: Series) -> list[Row]:
    """Return the deliveries before this one, at most 20, the oldest first."""
    number = bisect_left(series.deliveries, uploaded_at(row), key=uploaded_at)
    return series.deliveries[max(number - MAX_EARLIER, 0) : number]


def describe_drift(row: Row, earlier: Sequence[Row]) -> list[str]:
    """Return a sentence for each figure that is outside of what the earlier deliveries had."""
    if len(earlier) < _MIN_EARLIER:
        return []
    return [
        *_rows(row, earlier),
        *_rejected(row, earlier),
        *_rating(row, earlier),
        *_missing(row, earlier),
        *describe_mapping(row, earlier[-1]),
        *_encoding(row, earlier[-1]),
    ]


def rejected_share(row: Row) -> float:
    """Return the share of rejected rows, of all rows read."""
    return row["rows_rejected"] / row["rows_read"] if row["rows_read"] else 0.0


def empty_share(row: Row) -> float | None:
    """Return the share of empty cells in the columns that the file has a field for; None without any cell."""
    shares = [row["missing_share"][field] for field in _columns(row) if field in row["missing_share"]]
    return sum(shares) / len(shares) if shares and row["rows_written"] else None


def _rows(row: Row, earlier: Sequence[Row]) -> list[str]:
    counts, now = [each["rows_read"] for each in earlier], row["rows_read"]
    low, high = min(counts), max(counts)
    if low <= now * _ROWS_FACTOR and now <= high * _ROWS_FACTOR:
        return []
    return [f"It has {now:,} rows; earlier files had {_range(f'{low:,}', f'{high:,}')}."]


def _rejected(row: Row, earlier: Sequence[Row]) -> list[str]:
    shares, now = [rejected_share(each) for each in earlier], rejected_share(row)
    if now <= max(shares) + _REJECTED_DRIFT:
        return []
    return [f"{percent(now)} of its rows were rejected; of earlier files {_percents(shares)}."]


def _rating(row: Row, earlier: Sequence[Row]) -> list[str]:
    means = [each["mean_rating"] for each in earlier if each["mean_rating"] is not None]
    now = row["mean_rating"]
    if now is None or not means or min(means) - _RATING_DRIFT <= now <= max(means) + _RATING_DRIFT:
        return []
    before = _range(f"{min(means):.2f}", f"{max(means):.2f}")
    return [f"Its mean rating is {now:.2f}; that of earlier files was {before}."]


def _missing(row: Row, earlier: Sequence[Row]) -> list[str]:
    """Return a sentence for each raw column whose share of empty cells has changed."""
    if not row["rows_written"]:
        return []
    changes = []
    with_rows = [each for each in earlier if each["rows_written"]]
    for field, columns in _columns(row).items():
        shares = [each["missing_share"][field] for each in with_rows if field in each["missing_share"]]
        now = row["missing_share"].get(field)
        if now is None or not shares:
            continue
        if not min(shares) - _SHARE_DRIFT <= now <= max(shares) + _SHARE_DRIFT:
            changes.append(
                f"`{columns[0]}` was empty in {_percents(shares)} of the rows of earlier files, in "
                f"{percent(now)} of this one."
            )
    return changes


def describe_mapping(row: Row, last: Row) -> list[str]:
    """Return a sentence for each field that is read from another column than in the file before."""
    before, now = _columns(last), _columns(row)
    changes = []
    for field in sorted(before.keys() | now.keys()):
        old, new = (each.get(field, [None])[0] for each in (before, now))
        if old and new and old != new:
            changes.append(f"`{field}` is read from `{new}`; in the file before from `{old}`.")
        elif old and not new:
            changes.append(f"It has no column for `{field}`; the file before had `{old}`.")
        elif new and not old:
            changes.append(f"It has a column for `{field}`, `{new}`; the file before had none.")
    return changes


def _encoding(row: Row, last: Row) -> list[str]:
    if row["encoding"] == last["encoding"]:
        return []
    return [f"Its encoding is {row['encoding']}; that of the file before was {last['encoding']}."]


def _columns(row: Row) -> dict[str, list[str]]:
    """Return field → names of its raw columns; `rating` as `rating_raw`, as the dataset calls it."""
    mapping = json.loads(row["column_mapping"])
    return {"rating_raw" if field == "rating" else field: names for field, names in mapping.items()}


def _percents(shares: Sequence[float]) -> str:
    return _range(percent(min(shares)), percent(max(shares)))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"

"""Builds the bias report: the size and the mean rating of each group of reviewers."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from tastetrend_etl.limits import MISSING_GROUP_SHARE, RATING_GAP, SMALL_GROUP_SHARE
from tastetrend_etl.models import SourceObject
from tastetrend_etl.validate.profile import FileProfile, Group
from tastetrend_etl.validate.report import Report, provenance, share

_NORMAL_95 = 1.959964  # standard deviations around the mean with 95 % of a normal distribution
_MIN_SAMPLE = 2  # ratings
_MIN_INTERVAL_RATINGS = 30  # of fewer, the mean may not have a normal distribution
_GAPS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"([^,\d]+),.*\d.*", re.DOTALL)


def bias_report(source: SourceObject, version: str, profile: FileProfile) -> Report:
    """Return the size and the mean rating of each group, and the thresholds that it breaks."""
    return {**provenance(source, version), "rows": profile.written, **group_report(profile.groups)}


def group_report(all_groups: Mapping[str, Mapping[str | None, Group]]) -> Report:
    """Return what a bias report says of the groups (group column → value → group)."""
    every = _sum(all_groups.get("location", {}).values())
    mean = every.rating_sum / every.rated if every.rated else None
    columns = {column: _group_column(groups, mean) for column, groups in all_groups.items()}
    if "location" in all_groups:
        merged, spellings = _merge_spellings(all_groups["location"])
        columns["location"] = _group_column(merged, mean) | {"spellings": spellings}
    return {
        "rated_rows": every.rated,
        "mean_rating": _rounded(mean),
        "rating_stddev": _rounded(_standard_deviation(every)),
        "thresholds": {
            "small_group_share": SMALL_GROUP_SHARE,
            "rating_gap": RATING_GAP,
            "missing_share": MISSING_GROUP_SHARE,
        },
        "columns": columns,
    }


def _merge_spellings(
    groups: Mapping[str | None, Group],
) -> tuple[dict[str | None, Group], dict[str, list[str]]]:
    """Return the groups of the same location as one, and the spellings of those with several.

    Spellings are the same if they differ in case, spaces and punctuation only. One with an address behind a
    comma is the location without it if that is in the file, and no other address of it. A group has the name
    of its most frequent spelling.

    Args:
        groups: location → group.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for name in groups:
        if name is not None:
            by_key[_location_key(name)].append(name)
    for key, names in _addresses(by_key).items():
        if len(names) == 1:
            by_key[key] += by_key.pop(names[0])
    merged: dict[str | None, Group] = {None: groups[None]} if None in groups else {}
    spellings: dict[str, list[str]] = {}
    for names in by_key.values():
        names.sort(key=lambda name: (-groups[name].rows, name))
        merged[names[0]] = _sum([groups[name] for name in names])
        if len(names) > 1:
            spellings[names[0]] = names
    return merged, spellings


def _location_key(name: str) -> str:
    return _GAPS.sub("", name).casefold() or name


def _addresses(by_key: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return for each location that is also in the file without an address the keys of those with one."""
    addresses: dict[str, list[str]] = defaultdict(list)
    for key, names in by_key.items():
        match = _ADDRESS.fullmatch(names[0])
        if match and _location_key(match[1]) in by_key:
            addresses[_location_key(match[1])].append(key)
    return addresses


def _sum(groups: Iterable[Group]) -> Group:
    total = Group()
    for group in groups:
        total.add(group)
    return total


def _group_column(groups: Mapping[str | None, Group], mean: float | None) -> Report:
    rows = sum(group.rows for group in groups.values())
    missing = groups.get(None, Group()).rows
    known = {name: group for name, group in groups.items() if name is not None}
    shares = [group.rows / (rows - missing) for group in known.values()]
    reports = {name: _group(known[name], rows - missing, mean) for name in sorted(known)}
    broken = {name: report["breaks"] for name, report in reports.items() if report["breaks"]}
    missing_share = share(missing, rows)
    return {
        "missing_share": missing_share,
        "missing": missing,
        "missing_share_of": rows,
        "smallest_group_share": _rounded(min(shares)) if shares else None,
        "groups": reports,
        "breaks": broken | ({"*": ["missing_share"]} if missing_share > MISSING_GROUP_SHARE else {}),
    }


def _group(group: Group, known_rows: int, mean: float | None) -> Report:
    own_mean = group.rating_sum / group.rated if group.rated else None
    gap = own_mean - mean if own_mean is not None and mean is not None else None
    part = group.rows / known_rows
    breaks = {"small_group_share": part < SMALL_GROUP_SHARE, "rating_gap": abs(gap or 0.0) > RATING_GAP}
    return {
        "count": group.rows,
        "share": _rounded(part),
        "share_of": known_rows,
        "rated": group.rated,
        "mean_rating": _rounded(own_mean),
        "mean_rating_ci95": _confidence_interval(group),
        "rating_stddev": _rounded(_standard_deviation(group)),
        "rating_gap": _rounded(gap),
        "breaks": [name for name, broken in breaks.items() if broken],
    }


def _standard_deviation(group: Group) -> float | None:
    """Return that of a sample; None of fewer than two ratings."""
    if group.rated < _MIN_SAMPLE:
        return None
    squares = group.square_sum - group.rating_sum**2 / group.rated
    return math.sqrt(max(squares, 0.0) / (group.rated - 1))


def _confidence_interval(group: Group) -> list[float] | None:
    """Return the 95 % interval of the mean, by the normal distribution, within 1 to 5.

    None of fewer than 30 ratings: two equal ones would have one without width.
    """
    deviation = _standard_deviation(group)
    if deviation is None or math.isnan(deviation) or group.rated < _MIN_INTERVAL_RATINGS:
        return None
    mean, margin = group.rating_sum / group.rated, _NORMAL_95 * deviation / math.sqrt(group.rated)
    return [round(max(mean - margin, 1.0), 6), round(min(mean + margin, 5.0), 6)]


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 6)

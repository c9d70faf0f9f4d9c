"""Writes down the account of a file: validation, bias, and why a file was refused."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import ColumnMapping, Dialect, FileEncoding, InferredFormat, SourceObject
from tastetrend_etl.output_keys import OutputKeys
from tastetrend_etl.validate.checks import Check, Status
from tastetrend_etl.validate.profile import FileProfile, Group, IssueCount
from tastetrend_etl.validate.shown import shown

Report = dict[str, Any]  # a JSON document

SMALL_GROUP_SHARE = 0.05
RATING_GAP = 0.5
MISSING_GROUP_SHARE = 0.30


@dataclass(frozen=True)
class Account:
    """Everything that is known of a file once it has been read to its end."""

    survey: FileEncoding
    dialect: Dialect
    columns: ColumnMapping
    rules: InferredFormat
    profile: FileProfile
    conflicting_ids: int


def validation_report(
    source: SourceObject,
    version: str,
    account: Account,
    checks: list[Check],
    status: Status,
    keys: OutputKeys,
) -> Report:
    """Return the honest account of a processed file."""
    profile, balance = account.profile, account.profile.balance
    return {
        "status": status,
        "source": {"file": source.filename, "kind": account.columns.kind},
        **_provenance(source, version),
        **_writing(account.survey, account.dialect),
        "column_mapping": account.columns.mapping(),
        "columns_in_extra": list(account.columns.extra.values()),
        "rows": {
            "read": balance.read,
            "written": balance.written,
            "rejected": balance.rejected,
            "duplicate": balance.duplicate,
        },
        "missing_share": {name: _share(count, balance.written) for name, count in profile.missing.items()},
        "issues": _occurrences(profile.issues),
        "unmapped_words": {column: shown(counts) for column, counts in profile.unmapped.items() if counts},
        "rejections": _occurrences(profile.rejections),
        "rating": _rating(account),
        "dates": {"day_first": account.rules.day_first},
        "duplicates": {"count": profile.duplicates.count, "examples": profile.duplicates.examples},
        "conflicting_ids": account.conflicting_ids,
        "checks": [_check(check) for check in checks],
        "outputs": {
            "dataset": keys.dataset,
            "rejected": keys.rejected if balance.rejected else None,
            "bias": keys.bias if account.columns.kind == "reviews" else None,
        },
    }


def bias_report(source: SourceObject, version: str, profile: FileProfile) -> Report:
    """Return whom the file speaks for: each group's size, mean rating, and the thresholds it breaks."""
    rated = sum(group.rated for group in profile.groups.get("location", {}).values())
    rating_sum = sum(group.rating_sum for group in profile.groups.get("location", {}).values())
    mean = rating_sum / rated if rated else None
    return {
        **_provenance(source, version),
        "rows": profile.written,
        "rated_rows": rated,
        "mean_rating": _rounded(mean),
        "thresholds": {
            "small_group_share": SMALL_GROUP_SHARE,
            "rating_gap": RATING_GAP,
            "missing_share": MISSING_GROUP_SHARE,
        },
        "columns": {column: _group_column(groups, mean) for column, groups in profile.groups.items()},
    }


def error_report(source: SourceObject, version: str, error: RejectedFileError) -> Report:
    """Return why a file was refused and what its sender can do."""
    return {
        "status": "refused",
        "reason": error.reason,
        "message": error.message,
        "source": {"file": source.filename},
        **_provenance(source, version),
    }


def _provenance(source: SourceObject, version: str) -> Report:
    return {
        "raw_object": {
            "bucket": source.bucket,
            "key": source.key,
            "version_id": source.version_id,
            "etag": source.etag,
            "size": source.size,
            "last_modified": source.last_modified.astimezone(UTC).isoformat(),
        },
        "function_version": version,
    }


def _writing(survey: FileEncoding, dialect: Dialect) -> Report:
    return {
        "encoding": survey.encoding,
        "compressed": survey.compressed,
        "nul_bytes_removed": survey.nul_bytes,
        "format": dialect.format,
        "delimiter": dialect.delimiter if dialect.format == "delimited" else None,
    }


def _occurrences(found: Mapping[str, IssueCount]) -> Report:
    return {code: {"count": seen.count, "examples": seen.examples} for code, seen in sorted(found.items())}


def _rating(account: Account) -> Report:
    return {
        "scale": account.columns.rating_scale or account.rules.rating_scale,
        "scales_used": {str(scale): rows for scale, rows in sorted(account.profile.scales.items())},
        "distribution": {str(rating): rows for rating, rows in sorted(account.profile.ratings.items())},
    }


def _check(check: Check) -> Report:
    return {
        "name": check.name,
        "status": check.status,
        "value": check.value,
        "threshold": {"warn": check.threshold.warn, "fail": check.threshold.fail},
    }


def _group_column(groups: Mapping[str | None, Group], mean: float | None) -> Report:
    rows = sum(group.rows for group in groups.values())
    missing = groups.get(None, Group()).rows
    known = {name: group for name, group in groups.items() if name is not None}
    shares = [group.rows / (rows - missing) for group in known.values()]
    described = {name: _group(known[name], rows - missing, mean) for name in sorted(known)}
    broken = {name: facts["breaks"] for name, facts in described.items() if facts["breaks"]}
    missing_share = _share(missing, rows)
    return {
        "missing_share": missing_share,
        "smallest_group_share": _rounded(min(shares)) if shares else None,
        "groups": described,
        "breaks": broken | ({"*": ["missing_share"]} if missing_share > MISSING_GROUP_SHARE else {}),
    }


def _group(group: Group, known_rows: int, mean: float | None) -> Report:
    own_mean = group.rating_sum / group.rated if group.rated else None
    gap = own_mean - mean if own_mean is not None and mean is not None else None
    share = group.rows / known_rows
    breaks = {"small_group_share": share < SMALL_GROUP_SHARE, "rating_gap": abs(gap or 0.0) > RATING_GAP}
    return {
        "count": group.rows,
        "share": _rounded(share),
        "rated": group.rated,
        "mean_rating": _rounded(own_mean),
        "rating_gap": _rounded(gap),
        "breaks": [name for name, broken in breaks.items() if broken],
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 6)

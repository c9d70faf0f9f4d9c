"""Builds the validation, bias and error reports."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Any

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MISSING_GROUP_SHARE, RATING_GAP, SMALL_GROUP_SHARE, Status
from tastetrend_etl.models import ColumnMapping, Dialect, FileEncoding, InferredFormat, SourceObject
from tastetrend_etl.output_keys import OutputKeys
from tastetrend_etl.validate.checks import Check
from tastetrend_etl.validate.profile import FileProfile, Group, IssueCount

Report = dict[str, Any]  # a JSON document

# A report shows an unknown word only if it may be a category, not a name, an address or a number.
_MAX_WORDS = 10
_MAX_WORD_LENGTH = 24
_MIN_ROWS_OF_A_PHRASE = 5
_WORD = re.compile(r"[^\W\d_]+(?:[-/'][^\W\d_]+)*")
_PHRASE = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")


@dataclass(frozen=True)
class FileSummary:
    """What is known of a file after its last row."""

    encoding: FileEncoding
    dialect: Dialect
    columns: ColumnMapping
    inferred_format: InferredFormat
    profile: FileProfile
    conflicting_ids: int


def validation_report(
    source: SourceObject,
    version: str,
    summary: FileSummary,
    checks: list[Check],
    status: Status,
    keys: OutputKeys,
) -> Report:
    """Return the report on a processed file."""
    profile, balance = summary.profile, summary.profile.balance
    return {
        "status": status,
        "source": {"file": source.key.rpartition("/")[2], "kind": summary.columns.kind},
        **_provenance(source, version),
        **_encoding(summary.encoding, summary.dialect),
        "column_mapping": _column_names(summary.columns),
        "columns_in_extra": list(summary.columns.extra.values()),
        "column_hints": [hint._asdict() for hint in summary.columns.hints],
        "rows": vars(balance),
        "missing_share": {name: _share(count, balance.written) for name, count in profile.missing.items()},
        "issues": _issue_counts(profile.issues),
        "unmapped_words": {
            column: _reportable_categories(rows) for column, rows in profile.unmapped.items() if rows
        },
        "rejections": _issue_counts(profile.rejections),
        "rating": _rating(summary),
        "dates": {"day_first": summary.inferred_format.day_first},
        "duplicates": vars(profile.duplicates),
        "conflicting_ids": summary.conflicting_ids,
        "checks": [asdict(check) for check in checks],
        "outputs": {
            "dataset": keys.dataset,
            "rejected": keys.rejected if balance.rejected or balance.duplicate else None,
            "bias": keys.bias if summary.columns.kind == "reviews" else None,
        },
    }


def bias_report(source: SourceObject, version: str, profile: FileProfile) -> Report:
    """Return the size and the mean rating of each group, and the thresholds that it breaks."""
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
    """Return why a file was rejected and what its sender can do."""
    return {
        "status": "refused",
        "reason": error.reason,
        "message": error.message,
        "source": {"file": source.key.rpartition("/")[2]},
        **_provenance(source, version),
    }


def _provenance(source: SourceObject, version: str) -> Report:
    return {
        "raw_object": vars(source) | {"last_modified": source.last_modified.astimezone(UTC).isoformat()},
        "function_version": version,
    }


def _column_names(columns: ColumnMapping) -> dict[str, list[str]]:
    return {field: [columns.header[i] for i in positions] for field, positions in columns.fields.items()}


def _encoding(encoding: FileEncoding, dialect: Dialect) -> Report:
    return {
        "encoding": encoding.encoding,
        "encoding_evidence": encoding.evidence,
        "compressed": encoding.compressed,
        "nul_bytes_removed": encoding.nul_bytes,
        "format": dialect.format,
        "delimiter": (dialect.sequence or dialect.delimiter) if dialect.format == "delimited" else None,
    }


def _issue_counts(issues: Mapping[str, IssueCount]) -> Report:
    return {code: vars(issue) for code, issue in sorted(issues.items())}


def _reportable_categories(counts: Mapping[str, int]) -> dict[str, int]:
    """Return word → rows for the most frequent of the words that may be categories."""
    words = [(word, rows) for word, rows in counts.items() if _is_category(word, rows)]
    return dict(sorted(words, key=lambda pair: (-pair[1], pair[0]))[:_MAX_WORDS])


def _is_category(word: str, rows: int) -> bool:
    """Tell whether this is one word of letters, or several that many rows share."""
    pattern = _PHRASE if rows >= _MIN_ROWS_OF_A_PHRASE else _WORD
    return len(word) <= _MAX_WORD_LENGTH and pattern.fullmatch(word) is not None


def _rating(summary: FileSummary) -> Report:
    return {
        "scale": summary.inferred_format.rating_scales[0],
        "scales_used": {str(scale): rows for scale, rows in sorted(summary.profile.scales.items())},
        "distribution": {str(rating): rows for rating, rows in sorted(summary.profile.ratings.items())},
    }


def _group_column(groups: Mapping[str | None, Group], mean: float | None) -> Report:
    rows = sum(group.rows for group in groups.values())
    missing = groups.get(None, Group()).rows
    known = {name: group for name, group in groups.items() if name is not None}
    shares = [group.rows / (rows - missing) for group in known.values()]
    reports = {name: _group(known[name], rows - missing, mean) for name in sorted(known)}
    broken = {name: report["breaks"] for name, report in reports.items() if report["breaks"]}
    missing_share = _share(missing, rows)
    return {
        "missing_share": missing_share,
        "smallest_group_share": _rounded(min(shares)) if shares else None,
        "groups": reports,
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

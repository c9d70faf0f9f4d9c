"""Builds the validation and error reports."""

from dataclasses import asdict, dataclass
from typing import Any

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import Status
from tastetrend_etl.models import ColumnMapping, Dialect, FileEncoding, InferredFormat, SourceObject
from tastetrend_etl.output_keys import OutputKeys
from tastetrend_etl.schema import CONTRACT_VERSION
from tastetrend_etl.validate import meanings
from tastetrend_etl.validate.checks import Check
from tastetrend_etl.validate.distributions import describe_dates, describe_ratings
from tastetrend_etl.validate.profile import FileProfile
from tastetrend_etl.validate.words import shown_words

Report = dict[str, Any]  # a JSON document


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
        "source": _source(source, summary.columns),
        **provenance(source, version),
        **_encoding(summary.encoding, summary.dialect),
        "column_mapping": _column_names(summary.columns),
        "columns_in_extra": list(summary.columns.extra.values()),
        "column_hints": [hint._asdict() for hint in summary.columns.hints],
        "rows": vars(balance),
        "missing": dict(profile.missing),
        "missing_share_of": balance.written,
        "missing_share": {name: share(count, balance.written) for name, count in profile.missing.items()},
        "issues": _issue_counts(profile, balance.written),
        **_unmapped(profile),
        "rejections": _rejection_counts(profile),
        "rating": describe_ratings(profile, summary.inferred_format),
        "dates": describe_dates(profile, summary.inferred_format),
        "duplicates": vars(profile.duplicates) | {"of": profile.read, "meaning": meanings.DUPLICATE},
        "conflicting_ids": summary.conflicting_ids,
        "notes": dict(meanings.NOTES),
        "checks": [asdict(check) for check in checks],
        "outputs": {
            "dataset": keys.dataset,
            "rejected": keys.rejected if balance.rejected or balance.duplicate else None,
            "bias": keys.bias if summary.columns.kind == "reviews" else None,
            "page": keys.page,
        },
    }


def error_report(source: SourceObject, version: str, error: RejectedFileError, keys: OutputKeys) -> Report:
    """Return why a file was rejected and what its sender can do."""
    return {
        "status": "rejected",
        "reason": error.reason,
        "message": error.message,
        "source": {"file": source.key.rpartition("/")[2]},
        **provenance(source, version),
        "outputs": {"page": keys.page},
    }


def ragged_message(broken: int, summary: FileSummary) -> str:
    """Return the message on a file with too many broken records; it has none of their content."""
    dialect, read = summary.dialect, summary.profile.read
    fields, delimiter = "", dialect.sequence or dialect.delimiter
    if dialect.format == "delimited":
        fields = f"'s {len(dialect.header):,}, separated by {delimiter!r}{_quoting_fault(summary, delimiter)}"
    return (
        f"{broken:,} of {read:,} records are broken, most often with more or fewer fields than the "
        f"header{fields}; check the delimiter and the quotes, and export the file again"
    )


def _quoting_fault(summary: FileSummary, delimiter: str) -> str:
    """Return what most of the sampled broken records show; nothing if they show neither fault."""
    lines = [raw.strip() for raw in summary.profile.rejected_sample]
    columns, width = summary.columns, len(summary.columns.header)
    wrapped = sum(line.startswith('"') and line.endswith('"') and len(line) > 1 for line in lines)
    wide = sum(line.count(delimiter) >= width for line in lines)
    if wrapped > len(lines) / 2:
        return "; whole lines are in quotes"
    if wide > len(lines) / 2 and (texts := columns.fields.get("review_text")):
        return f"; put the texts in the column `{columns.header[texts[0]]}` in quotes"
    return ""


def provenance(source: SourceObject, version: str) -> Report:
    """Return which object a report is on, and the version of the code."""
    return {
        "raw_object": source.described(),
        "function_version": version,
        "contract_version": CONTRACT_VERSION,
    }


def _source(source: SourceObject, columns: ColumnMapping) -> Report:
    """Return the file's name and kind, and the source it was read as: by its name, or the generic rules."""
    described = {"file": source.key.rpartition("/")[2], "kind": columns.kind, "name": columns.source.name}
    if not columns.missing:
        return described
    return described | {"not_read_as": columns.missing[0], "columns_missing": list(columns.missing[1:])}


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


def _issue_counts(profile: FileProfile, written: int) -> Report:
    counts = {
        code: vars(issue) | {"of": written, "meaning": meanings.ISSUES.get(code, code)}
        for code, issue in sorted(profile.issues.items())
    }
    if "unmapped_category" in counts:
        counts["unmapped_category"]["columns"] = {
            column: rows for column, rows in profile.unmapped_rows.items() if rows
        }
    return counts


def _rejection_counts(profile: FileProfile) -> Report:
    return {
        reason: vars(rows) | {"of": profile.read, "meaning": meanings.REJECTIONS.get(reason, reason)}
        for reason, rows in sorted(profile.rejections.items())
    }


def _unmapped(profile: FileProfile) -> Report:
    """Return the words in no category that can be shown, and the number of those that are withheld."""
    known = {column: counts for column, counts in profile.unmapped.items() if counts}
    shown = {column: shown_words(column, counts) for column, counts in known.items()}
    return {
        "unmapped_words": shown,
        "unmapped_withheld": {
            column: {
                "words": len(counts) - len(shown[column]),
                "rows": profile.unmapped_rows[column] - sum(shown[column].values()),
            }
            for column, counts in known.items()
        },
    }


def share(part: int, whole: int) -> float:
    """Return a share rounded to 6 digits; that of nothing is 0."""
    return round(part / whole, 6) if whole else 0.0

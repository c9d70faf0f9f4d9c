"""Checks the profile of a file against the thresholds."""

from dataclasses import dataclass

from tastetrend_etl.limits import SEVERITY, THRESHOLDS, Status, Threshold
from tastetrend_etl.models import ColumnMapping
from tastetrend_etl.validate import meanings
from tastetrend_etl.validate.profile import FileProfile

_CODES = (
    "date_unparseable",
    "rating_unparseable",
    "rating_out_of_scale",
    "unmapped_category",
    "undecodable_text",
    "encoding_uncertain",
    "possible_duplicate",
)


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes:
        value: what the thresholds are compared with.
        count: the rows whose share it is; None if it is no share of rows.
        of: the rows of which it is the share; None likewise.
        meaning: what the value is, in a sentence.
    """

    name: str
    status: Status
    value: float
    threshold: Threshold
    count: int | None
    of: int | None
    meaning: str


def run_checks(profile: FileProfile, columns: ColumnMapping, *, conflicting_ids: int) -> list[Check]:
    """Check every value in the table of thresholds; a share of no rows is zero.

    The thresholds of the file's source take precedence.
    """
    balance, missing, issues = profile.balance, profile.missing, profile.issues
    read, written = balance.read, balance.written
    shares = {
        "rejected_share": (balance.rejected, read),
        "duplicate_share": (balance.duplicate, read),
        "missing_text_share": (missing["review_text"], written),
        "missing_rating_share": (missing["rating_raw"], written),
        "conflicting_id_share": (conflicting_ids, written),
        **{f"{code}_share": (issues[code].count if code in issues else 0, written) for code in _CODES},
    }
    values = {name: count / max(of, 1) for name, (count, of) in shares.items()} | {
        "row_balance": float(not balance.is_balanced),
        "mixed_scale": profile.mixed_scales,
        "source_columns_missing": float(len(columns.missing[1:])),
    }
    no_rows: tuple[int | None, int | None] = (None, None)
    checks = []
    for name, threshold in {**THRESHOLDS, **columns.source.thresholds}.items():
        (count, of), value = shares.get(name, no_rows), values[name]
        status, meaning = _status(value, threshold), meanings.CHECKS[name]
        checks.append(Check(name, status, round(value, 6), threshold, count, of, meaning))
    return checks


def worst_status(checks: list[Check]) -> Status:
    """Return the worst status; `pass` if there are no checks."""
    return max((check.status for check in checks), key=SEVERITY.index, default="pass")


def _status(value: float, threshold: Threshold) -> Status:
    return "fail" if value > threshold.fail else "warn" if value > threshold.warn else "pass"

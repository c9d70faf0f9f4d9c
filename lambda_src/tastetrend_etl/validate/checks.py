"""Judges a finished account against the thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tastetrend_etl.validate.profile import FileProfile

Status = Literal["pass", "warn", "fail"]


@dataclass(frozen=True)
class Threshold:
    """A share above `warn` or above `fail` changes the verdict; 1.0 never does."""

    warn: float
    fail: float


@dataclass(frozen=True)
class Check:
    """One verdict: what was measured, against what."""

    name: str
    status: Status
    value: float
    threshold: Threshold


# The measured sources lack a third of their texts and up to 15 % of their ratings; twice that is unusual.
THRESHOLDS: Mapping[str, Threshold] = {
    "row_balance": Threshold(warn=0.0, fail=0.0),
    "rejected_share": Threshold(warn=0.10, fail=0.25),
    "duplicate_share": Threshold(warn=0.10, fail=0.50),
    "missing_text_share": Threshold(warn=0.60, fail=0.95),
    "missing_rating_share": Threshold(warn=0.30, fail=0.95),
    "date_unparseable_share": Threshold(warn=0.02, fail=0.20),
    "rating_unparseable_share": Threshold(warn=0.02, fail=0.20),
    "rating_out_of_scale_share": Threshold(warn=0.02, fail=0.20),
    "unmapped_category_share": Threshold(warn=0.05, fail=0.50),
    "undecodable_text_share": Threshold(warn=0.0, fail=0.20),
    "shared_review_id_share": Threshold(warn=0.0, fail=0.10),
    "conflicting_id_share": Threshold(warn=0.05, fail=1.0),
    "mixed_scale": Threshold(warn=0.10, fail=1.0),
}
_CODES = (
    "date_unparseable",
    "rating_unparseable",
    "rating_out_of_scale",
    "unmapped_category",
    "undecodable_text",
    "shared_review_id",
)

_SEVERITY: tuple[Status, ...] = ("pass", "warn", "fail")


def run_checks(profile: FileProfile, *, conflicting_ids: int) -> list[Check]:
    """Return the verdict on every share in the table; a share of no rows is zero."""
    balance = profile.balance
    read, written = max(balance.read, 1), max(balance.written, 1)
    values = {
        "row_balance": float(not balance.holds),
        "rejected_share": balance.rejected / read,
        "duplicate_share": balance.duplicate / read,
        "missing_text_share": profile.missing["review_text"] / written,
        "missing_rating_share": profile.missing["rating_raw"] / written,
        "conflicting_id_share": conflicting_ids / written,
        "mixed_scale": profile.mixed_scales,
    }
    for code in _CODES:
        values[f"{code}_share"] = profile.issues[code].count / written if code in profile.issues else 0.0
    return [_verdict(name, values[name], threshold) for name, threshold in THRESHOLDS.items()]


def worst_status(checks: list[Check]) -> Status:
    """Return the worst verdict."""
    return max((check.status for check in checks), key=_SEVERITY.index, default="pass")


def _verdict(name: str, value: float, threshold: Threshold) -> Check:
    status: Status = "fail" if value > threshold.fail else "warn" if value > threshold.warn else "pass"
    return Check(name, status, round(value, 6), threshold)

"""Checks the profile of a file against the thresholds."""

from dataclasses import dataclass

from tastetrend_etl.limits import SEVERITY, THRESHOLDS, Status, Threshold
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
    """The result of one check."""

    name: str
    status: Status
    value: float
    threshold: Threshold


def run_checks(profile: FileProfile, *, conflicting_ids: int) -> list[Check]:
    """Check every value in the table of thresholds; a share of no rows is zero."""
    balance = profile.balance
    read, written = max(balance.read, 1), max(balance.written, 1)
    values = {
        "row_balance": float(not balance.is_balanced),
        "rejected_share": balance.rejected / read,
        "duplicate_share": balance.duplicate / read,
        "missing_text_share": profile.missing["review_text"] / written,
        "missing_rating_share": profile.missing["rating_raw"] / written,
        "conflicting_id_share": conflicting_ids / written,
        "mixed_scale": profile.mixed_scales,
    }
    for code in _CODES:
        values[f"{code}_share"] = profile.issues[code].count / written if code in profile.issues else 0.0
    return [
        Check(name, _status(values[name], threshold), round(values[name], 6), threshold)
        for name, threshold in THRESHOLDS.items()
    ]


def worst_status(checks: list[Check]) -> Status:
    """Return the worst status; `pass` if there are no checks."""
    return max((check.status for check in checks), key=SEVERITY.index, default="pass")


def _status(value: float, threshold: Threshold) -> Status:
    return "fail" if value > threshold.fail else "warn" if value > threshold.warn else "pass"

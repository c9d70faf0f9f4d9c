"""Says which thresholds the groups of a column break, and what that means."""

from collections.abc import Iterator, Mapping
from typing import Any

from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import code, count, names, percent
from tastetrend_etl.report_page.parts import Html, join

_MAX_NAMED, _MAX_GAPS = 5, 5


def findings(title: str, column: Report, report: Report) -> Iterator[Html]:
    """Yield a sentence for each kind of threshold that is broken; one that none is.

    Args:
        title: what the groups share.
        column: of the bias report.
        report: the whole bias report.
    """
    limits = report["thresholds"]
    groups: Mapping[str, Mapping[str, Any]] = column["groups"]
    if not groups:
        yield join([f"No row names its {title}, so groups cannot be compared."])
        return
    small = {name: group for name, group in groups.items() if "small_group_share" in group["breaks"]}
    gaps = {name: group for name, group in groups.items() if "rating_gap" in group["breaks"]}
    if "*" in column["breaks"]:
        yield _missing(title, column, limits)
    if small:
        yield _small(small, limits)
    yield from _gaps(gaps, report)
    if not small and not gaps and "*" not in column["breaks"]:
        missing = (
            percent(column["missing_share"]) + " of the rows name no"
            if column["missing"]
            else "every row names its"
        )
        yield join([f"No threshold is broken; {missing} {title}."])


def _missing(title: str, column: Report, limits: Mapping[str, float]) -> Html:
    part = f"{count(column['missing'])} of {count(column['missing_share_of'])}"
    sentence = (
        f"{percent(column['missing_share'])} of the rows ({part}) name no {title}, more than "
        f"{percent(limits['missing_share'])}: the table is of the other rows, whose reviewers may differ."
    )
    return join([sentence])


def _small(small: Mapping[str, Mapping[str, Any]], limits: Mapping[str, float]) -> Html:
    limit = percent(limits["small_group_share"])
    rated = sorted(group["rated"] for group in small.values())
    of = (
        f"{count(rated[0])} to {count(rated[-1])} ratings"
        if rated[0] != rated[-1]
        else f"{rated[0]:,} ratings"
    )
    verb = "is a small group" if len(small) == 1 else "are small groups"
    meaning = f"a mean of so few ratings ({of}) may be chance; do not compare it without its interval."
    return join([names(small, _MAX_NAMED), f" {verb}, below {limit}: {meaning}"])


def _gaps(gaps: Mapping[str, Mapping[str, Any]], report: Report) -> Iterator[Html]:
    largest = sorted(gaps.items(), key=lambda pair: -abs(pair[1]["rating_gap"] or 0))
    for name, group in largest[:_MAX_GAPS]:
        yield _gap(name, group, report.get("mean_rating"))
    if len(largest) > _MAX_GAPS:
        yield join([f"{count(len(largest) - _MAX_GAPS)} more groups have a rating gap."])


def _gap(name: str, group: Mapping[str, Any], mean: float | None) -> Html:
    gap, own, bounds = group["rating_gap"] or 0.0, group["mean_rating"], group.get("mean_rating_ci95")
    direction = "higher" if gap > 0 else "lower"
    sentence = f" rates {abs(gap):.2f} stars {direction} than all reviews"
    if own is not None and mean is not None:
        sentence += f" ({own:.2f} against {mean:.2f})"
    if bounds and mean is not None:
        chance = bounds[0] <= mean <= bounds[1]
        sentence += (
            "; the interval includes the mean of all, so it may be chance"
            if chance
            else "; the interval excludes the mean of all, so chance hardly explains it"
        )
    return join([code(name), f"{sentence}. Look at what these reviews have in common before you conclude."])

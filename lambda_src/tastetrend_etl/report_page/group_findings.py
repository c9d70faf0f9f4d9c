"""Says which thresholds the groups of a column break, and what that means."""

from collections.abc import Iterator, Mapping
from typing import Any

from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import code, count, names, percent, plural
from tastetrend_etl.report_page.named_groups import Groups, interval_of
from tastetrend_etl.report_page.parts import Html, join

_MAX_NAMED, _MAX_GAPS = 5, 5
_EXCLUDED_BY_CHANCE = 0.05  # of intervals of 95 %
_UNRATED = ", of which no row has a rating."
_FEW = ": a mean of so few ratings ({ratings}) may be chance and has no interval; do not compare it."
_ENOUGH = ": compare the {means} ({ratings}) by the interval only."


def findings(title: str, column: Report, named: Groups, report: Report) -> Iterator[Html]:
    """Yield a sentence for each kind of threshold that is broken; one that none is.

    Args:
        title: what the groups share.
        column: of the bias report.
        named: those of its groups that the page names.
        report: the whole bias report.
    """
    if not column["groups"]:
        yield join([f"No row names its {title}, so groups cannot be compared."])
        return
    broken = [
        *_missing(title, column, report["thresholds"]),
        *_small(named, report["thresholds"]),
        *_gaps(named, report),
    ]
    yield from broken
    if named and not broken:
        all_named = len(named) == len(column["groups"])
        what = "No threshold is broken" if all_named else f"No {title} that is named breaks a threshold"
        yield join([f"{what}; {_named(column)} {title}."])


def _named(column: Report) -> str:
    if not column["missing"]:
        return "every row names its"
    return f"{percent(column['missing_share'])} of the rows name no"


def _missing(title: str, column: Report, limits: Mapping[str, float]) -> Iterator[Html]:
    if column["missing_share"] <= limits["missing_share"]:
        return
    part = f"{count(column['missing'])} of {count(column['missing_share_of'])}"
    sentence = (
        f"{percent(column['missing_share'])} of the rows ({part}) name no {title}, more than "
        f"{percent(limits['missing_share'])}: the table is of the other rows, whose reviewers may differ."
    )
    yield join([sentence])


def _small(groups: Groups, limits: Mapping[str, float]) -> Iterator[Html]:
    """Yield a sentence on the small groups without ratings, with too few for an interval, and with enough."""
    small = {name: group for name, group in groups.items() if "small_group_share" in group["breaks"]}
    limit = percent(limits["small_group_share"])
    for meaning, alike in _by_ratings(small).items():
        if alike:
            verb = "is a small group" if len(alike) == 1 else "are small groups"
            text = meaning.format(means="mean" if len(alike) == 1 else "means", ratings=_ratings(alike))
            yield join([names(alike, _MAX_NAMED), f" {verb}, below {limit}{text}"])


def _by_ratings(groups: Groups) -> dict[str, Groups]:
    """Return what the number of ratings means → the groups with such a number."""
    unrated = {name: group for name, group in groups.items() if not group["rated"]}
    certain = {name: group for name, group in groups.items() if name not in unrated and interval_of(group)}
    few = {name: group for name, group in groups.items() if name not in unrated and name not in certain}
    return {_UNRATED: unrated, _FEW: few, _ENOUGH: certain}


def _ratings(groups: Groups) -> str:
    rated = sorted(group["rated"] for group in groups.values())
    start = "" if rated[0] == rated[-1] else f"{count(rated[0])} to "
    return start + plural(rated[-1], "rating")


def gaps_first_certain(groups: Groups, mean: float | None) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the groups with a rating gap: those that chance hardly explains first, the largest gap first."""
    gaps = [pair for pair in groups.items() if "rating_gap" in pair[1]["breaks"]]
    return sorted(gaps, key=lambda pair: (not _is_certain(pair[1], mean), -abs(pair[1]["rating_gap"] or 0)))


def _is_certain(group: Mapping[str, Any], mean: float | None) -> bool:
    """Return whether the interval of a group's mean excludes the mean of all; not if one is not known."""
    bounds = interval_of(group)
    return bounds is not None and mean is not None and not bounds[0] <= mean <= bounds[1]


def _gaps(groups: Groups, report: Report) -> Iterator[Html]:
    mean = report["mean_rating"]
    gaps = gaps_first_certain(groups, mean)
    certain = [pair for pair in gaps if _is_certain(pair[1], mean)]
    for name, group in certain[:_MAX_GAPS]:
        yield _certain_gap(name, group, mean)
    if len(certain) > _MAX_GAPS:
        yield join([f"{count(len(certain) - _MAX_GAPS)} more groups have such a gap."])
    by_chance = int(len(groups) * _EXCLUDED_BY_CHANCE)
    if certain and by_chance:
        yield join(
            [f"Of {count(len(groups))} groups, about {count(by_chance)} have such an interval by chance."]
        )
    if chance := [name for name, group in gaps if not _is_certain(group, mean)]:
        limit = f"{report['thresholds']['rating_gap']:g} stars"
        verb = "differs" if len(chance) == 1 else "differ"
        meaning = (
            "it may be chance, as the interval includes the mean of all or there are too few ratings for one."
        )
        yield join(
            [names(chance, _MAX_NAMED), f" {verb} from the mean of all by more than {limit}; {meaning}"]
        )


def _certain_gap(name: str, group: Mapping[str, Any], mean: float | None) -> Html:
    gap, own = group["rating_gap"] or 0.0, group["mean_rating"]
    direction = "higher" if gap > 0 else "lower"
    figures = "" if own is None or mean is None else f" ({own:.2f} against {mean:.2f})"
    sentence = f" rates {abs(gap):.2f} stars {direction} than all reviews{figures}; "
    meaning = "the interval excludes the mean of all, so chance hardly explains it. "
    advice = "Look at what these reviews have in common before you conclude."
    return join([code(name), sentence, meaning, advice])

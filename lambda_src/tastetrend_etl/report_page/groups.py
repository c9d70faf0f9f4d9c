"""Shows the groups of reviewers: shares, mean ratings, and what breaks a threshold."""

from collections.abc import Iterator, Mapping
from typing import Any

from tastetrend_etl.report_page.charts import bar, interval
from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import MAX_ROWS, clip, code, count, more, names, percent, plural
from tastetrend_etl.report_page.group_findings import findings, gaps_first_certain
from tastetrend_etl.report_page.labels import GROUPS
from tastetrend_etl.report_page.named_groups import Groups, interval_of, named_groups, not_named, same_letters
from tastetrend_etl.report_page.parts import Html, join, section, table, tag

Group = Mapping[str, Any]
_MAX_COLUMNS, _MAX_GAPS, _MAX_SPELLINGS = 8, 10, 5
_COLUMNS = [
    ("Group", ""),
    ("Rows", "number"),
    ("Share", "number"),
    ("Share as a bar", "chart"),
    ("Rated", "number"),
    ("Mean, 95 % interval", "number"),
]
_BREAKS = {"small_group_share": "small group", "rating_gap": "rating gap"}
_LOWEST, _HIGHEST = 1.0, 5.0  # stars


def bias(report: Report | None) -> Html | None:
    """Return the section on bias; None for a file without reviews."""
    if not report or not report.get("columns"):
        return None
    columns = list(report["columns"].items())[:_MAX_COLUMNS]
    axis = _axis(
        [group for name, column in columns for group in named_groups(name, column["groups"]).values()],
        report["mean_rating"],
    )
    return section(
        "bias",
        "Bias: groups of reviewers",
        tag("p", _introduction(report)),
        *(part for name, column in columns for part in _column(name, column, report, axis)),
    )


def _introduction(report: Report) -> str:
    mean, limits = report["mean_rating"], report["thresholds"]
    rated = (
        f"{plural(report['rated_rows'], 'row')} with a rating{'' if mean is None else f', mean {mean:.2f}'}"
    )
    return (
        f"{rated}. Pointed out are groups below {percent(limits['small_group_share'])} of the rows whose "
        f"group is known, means more than {limits['rating_gap']:g} stars from that of all, and columns of "
        f"which more than {percent(limits['missing_share'])} of the rows name no group. "
        "The dashed line is the mean of all."
    )


def _column(name: str, column: Report, report: Report, axis: tuple[float, float]) -> Iterator[Html]:
    title, groups = clip(GROUPS.get(name, name)), named_groups(name, column["groups"])
    yield tag("h3", title.capitalize())
    for finding in findings(title, column, groups, report):
        yield tag("p", finding, class_="finding")
    if shown := _shown(groups, report["mean_rating"]):
        yield _groups(title, shown, report["mean_rating"], axis)
    if len(groups) > len(shown):
        hidden = plural(len(groups) - len(shown), "more group")
        yield tag("p", f"{hidden}, each smaller or with a smaller gap, not shown.")
    if rare := len(column["groups"]) - len(groups):
        yield tag("p", not_named(title, rare))
    spellings = {each: of for each, of in column.get("spellings", {}).items() if each in groups}
    if spellings:
        yield _spellings(spellings)


def _shown(groups: Groups, mean: float | None) -> list[tuple[str, Group]]:
    """Return the groups to show, the largest first: of many, those with a rating gap and the largest."""
    by_size = sorted(groups.items(), key=lambda pair: (-pair[1]["count"], pair[0]))
    if len(by_size) <= MAX_ROWS:
        return by_size
    chosen = {name for name, _ in gaps_first_certain(groups, mean)[:_MAX_GAPS]}
    others = [name for name, _ in by_size if name not in chosen]
    chosen.update(others[: MAX_ROWS - len(chosen)])
    return [pair for pair in by_size if pair[0] in chosen]


def _groups(
    title: str, groups: list[tuple[str, Group]], mean: float | None, axis: tuple[float, float]
) -> Html:
    columns = [*_COLUMNS, (f"From {axis[0]:g} to {axis[1]:g}", "plot"), ("Breaks", "short")]
    return table(f"Groups by {title}", columns, [_row(name, group, mean, axis) for name, group in groups])


def _axis(groups: list[Group], mean: float | None) -> tuple[float, float]:
    """Return the whole and half stars between which all means and intervals are."""
    values = [mean] if mean is not None else []
    for group in groups:
        values += [
            value for value in (group["mean_rating"], *(interval_of(group) or ())) if value is not None
        ]
    if not values:
        return _LOWEST, _HIGHEST
    low, high = int(2 * min(values)) / 2, -int(-2 * max(values) // 1) / 2
    low = min(max(low, _LOWEST), _HIGHEST - 0.5)
    return low, max(min(high, _HIGHEST), low + 0.5)


def _row(name: str, group: Group, mean: float | None, axis: tuple[float, float]) -> tuple[object, ...]:
    own, bounds = group["mean_rating"], interval_of(group)
    broken = ", ".join(_BREAKS.get(each, clip(each)) for each in group["breaks"][:2])
    return (
        clip(name),
        count(group["count"]),
        percent(group["share"]),
        bar(group["share"]),
        count(group["rated"]),
        "none" if own is None else f"{own:.2f}{_range(bounds)}",
        "" if own is None else interval(own, bounds, mean, axis),
        tag("strong", broken) if broken else tag("span", "none", class_="soft"),
    )


def _range(bounds: list[float] | None) -> str:
    return f" ({bounds[0]:.2f} to {bounds[1]:.2f})" if bounds else ""


def _spellings(spellings: Mapping[str, list[str]]) -> Html:
    shown = list(spellings.items())[:_MAX_SPELLINGS]
    each = [join([code(name), ": ", _variants(name, variants)]) for name, variants in shown]
    hidden = len(spellings) - len(shown)
    text = join(each, "; ")
    return tag("p", "Counted as one group: ", text, f" and {count(hidden)} more" if hidden else "", ".")


def _variants(name: str, variants: list[str]) -> Html:
    named = same_letters(name, variants)[:_MAX_SPELLINGS]
    return join([names(named), more(len(variants) - len(named))])

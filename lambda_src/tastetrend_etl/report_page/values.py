"""Shows the missing values, the ratings and the dates of a file."""

import re
from collections.abc import Mapping

from tastetrend_etl.report_page.charts import bar, columns
from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import MAX_ROWS, clip, code, count, names, percent, plural, share_of
from tastetrend_etl.report_page.parts import Html, join, section, table, tag

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_MAX_MONTHS, _MAX_YEARS = 24, 40
_STEPS_OF_A_SCALE = 10
_HALF_STARS = [f"{halves / 2:g}" for halves in range(2, 11)]


def missing_values(validation: Report) -> Html | None:
    """Return the section on null cells: bars for the columns that lack some of their values."""
    missing, rows = validation.get("missing", {}), validation.get("missing_share_of", 0)
    if not missing or not rows:
        return None
    some = {name: number for name, number in missing.items() if 0 < number < rows}
    return section(
        "missing",
        "Missing values",
        tag("p", f"Of the {plural(rows, 'row')} written."),
        _missing_table(some, rows),
        _list_columns("Missing in every row: ", [name for name, n in missing.items() if n >= rows]),
        _list_columns("Missing in no row: ", [name for name, n in missing.items() if not n]),
    )


def _missing_table(missing: Mapping[str, int], rows: int) -> Html | str:
    if not missing:
        return ""
    ordered = sorted(missing.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [_missing_line(name, number, rows) for name, number in ordered[:MAX_ROWS]]
    titles = [("Column", ""), ("Missing", "number"), ("Share", "number"), ("Share as a bar", "chart")]
    hidden = len(ordered) - len(lines)
    rest = tag("p", f"{plural(hidden, 'more column')} not shown.") if hidden else ""
    return join([table("Missing values by column", titles, lines), rest])


def _missing_line(name: str, number: int, rows: int) -> tuple[object, ...]:
    share = share_of(number, rows)
    return code(name), count(number), percent(share), bar(share)


def _list_columns(title: str, columns_of_it: list[str]) -> Html | str:
    return tag("p", title, names(columns_of_it, 2 * MAX_ROWS), ".") if columns_of_it else ""


def ratings(validation: Report, bias: Report | None) -> Html | None:
    """Return the section on the ratings, as delivered on each scale and after scaling."""
    rating = validation.get("rating", {})
    distribution = rating.get("distribution", {})
    rated = sum(distribution.values())
    if not rated:
        return None
    mean = rating.get("mean", (bias or {}).get("mean_rating"))
    shown = "" if mean is None else join(["; their mean is ", tag("b", f"{mean:.2f}")])
    return section(
        "ratings",
        "Ratings",
        tag("p", f"{plural(rated, 'row')} with a rating from 1 to 5", shown, "."),
        tag("div", *_before(rating), _after(distribution, rated), class_="charts"),
    )


def _before(rating: Report) -> list[Html]:
    """Return a chart for each scale that ratings were delivered on."""
    delivered: Mapping[str, Mapping[str, int]] = rating.get("delivered", {})
    return [
        columns(
            f"As delivered, out of {clip(scale)} ({plural(sum(bins.values()), 'row')})", _bins(scale, bins)
        )
        for (scale, bins), _ in zip(delivered.items(), range(3), strict=False)
        if bins
    ]


def _bins(scale: str, bins: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return label → rows for the tenths of a scale in order, also those without rows."""
    top = float(scale) if scale.replace(".", "", 1).isdecimal() else 0.0
    tenths = [f"{step * top / _STEPS_OF_A_SCALE:g}" for step in range(1, _STEPS_OF_A_SCALE + 1)]
    labels = [*(["0"] if "0" in bins else []), *tenths] if top else []
    others = [label for label in bins if label not in labels][:MAX_ROWS]
    return [(clip(label), bins.get(label, 0)) for label in [*labels, *others]]


def _after(distribution: Mapping[str, int], rated: int) -> Html:
    others = [label for label in distribution if label not in _HALF_STARS][:MAX_ROWS]
    values = [(clip(label), distribution.get(label, 0)) for label in [*_HALF_STARS, *others]]
    return columns(f"After scaling to 1 to 5, by half stars ({plural(rated, 'row')})", values)


def over_time(validation: Report) -> Html | None:
    """Return the section on the dates of the reviews; by year if there are many months."""
    matches = (
        (_MONTH.fullmatch(m), rows) for m, rows in validation.get("dates", {}).get("by_month", {}).items()
    )
    by_month = {12 * int(match[1]) + int(match[2]) - 1: rows for match, rows in matches if match}
    if not by_month:
        return None
    first, last = min(by_month), max(by_month)
    by_year = last - first >= _MAX_MONTHS
    values = (
        _by_year(by_month) if by_year else [(_month(i), by_month.get(i, 0)) for i in range(first, last + 1)]
    )
    peak, most = max(values, key=lambda pair: pair[1])
    dated = f"{plural(sum(by_month.values()), 'row')} with a date, from {_month(first)} to {_month(last)}"
    return section(
        "time",
        "Reviews over time",
        tag("p", f"{dated}; most in {peak} ({plural(most, 'row')})."),
        columns(f"Rows by {'year' if by_year else 'month'} of the review", values),
    )


def _month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def _by_year(by_month: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return year → rows; the earliest of too many years are counted as one."""
    years = dict.fromkeys(range(min(by_month) // 12, max(by_month) // 12 + 1), 0)
    for month, rows in by_month.items():
        years[month // 12] += rows
    recent = list(years.items())[-_MAX_YEARS:]
    earlier = sum(years.values()) - sum(rows for _, rows in recent)
    start = [(f"before {recent[0][0]}", earlier)] if len(years) > _MAX_YEARS else []
    return [*start, *((str(year), rows) for year, rows in recent)]

"""Draws small charts as inline SVG, stretched by the style sheet; the figures stand beside them as text."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from tastetrend_etl.report_page.figures import count, percent, plural, share_of
from tastetrend_etl.report_page.parts import Html, tag

_OUTCOMES = ("written", "rejected", "duplicate")
_SLOT = 30.0  # height of an outcome in the flow, and of all rows together
_THINNEST = 0.7  # a flow of few rows is still seen


def _drawing(kind: str, *shapes: Html) -> Html:
    """Return a drawing that repeats the figures beside it, so that screen readers leave it out."""
    return tag("svg", *shapes, class_=kind, aria_hidden="true")


def bar(share: float) -> Html:
    """Return a horizontal bar for a share from 0 to 1."""
    return _drawing("bar", tag("rect", width=_place(share)))


def _place(share: float) -> str:
    """Return a length in percent of the drawing."""
    return f"{round(100 * share, 1):g}%"


def columns(caption: str, values: Sequence[tuple[str, int]]) -> Html:
    """Return a column for each value, with its label below and its count above."""
    highest = max((number for _, number in values), default=0)
    items = (_column(label, number, share_of(number, highest)) for label, number in values)
    plot = tag("ol", *items, class_="columns", role="list")
    region = tag("div", plot, class_="scroll plain", tabindex="0", role="region", aria_label=caption)
    return tag("figure", tag("figcaption", caption), region)


def _column(label: str, number: int, height: float) -> Html:
    shape = tag("rect", y=_place(1 - height), height=_place(height))
    return tag(
        "li",
        tag("span", label, tag("span", ": ", class_="hidden")),
        _drawing("column", shape),
        tag("b", count(number), class_=None if number else "none"),
    )


def flow(rows: Mapping[str, int]) -> Html:
    """Return the rows that were read, and how they part into written, rejected and duplicate ones."""
    read = rows["read"]
    shares = {name: share_of(rows[name], read) for name in _OUTCOMES}
    shares_in_words = [
        f"{count(rows[name])} {_word(name, rows[name])} ({percent(share)})" for name, share in shares.items()
    ]
    label = f"{plural(read, 'row')} read: {', '.join(shares_in_words)}"
    items = (
        tag("li", tag("b", count(rows[name])), f" {_word(name, rows[name])} ", _soft(percent(share)))
        for name, share in shares.items()
    )
    total = tag("p", tag("b", count(read)), f" {'row' if read == 1 else 'rows'} read")
    return tag("div", total, _ribbons(shares, label), tag("ul", *items, role="list"), class_="balance")


def _word(outcome: str, rows: int) -> str:
    return "duplicates" if outcome == "duplicate" and rows != 1 else outcome


def _soft(text: str) -> Html:
    return tag("span", text, class_="soft")


def _ribbons(shares: Mapping[str, float], label: str) -> Html:
    """Return a ribbon for each outcome that rows have, as thick as its share."""
    starts = accumulate(shares.values(), initial=0.0)
    ribbons = [
        _ribbon(name, _SLOT * (1 + start), slot * _SLOT, share * _SLOT)
        for slot, ((name, share), start) in enumerate(zip(shares.items(), starts, strict=False))
        if share
    ]
    box = f"0 0 100 {len(shares) * _SLOT:g}"
    look = {"viewBox": box, "preserveAspectRatio": "none", "class_": "flow"}
    return tag("svg", *ribbons, role="img", aria_label=label, **look)


def _ribbon(kind: str, start: float, slot: float, thickness: float) -> Html:
    thickness = max(thickness, _THINNEST)
    end = slot + (_SLOT - thickness) / 2
    path = (
        f"M0 {start:.2f}C50 {start:.2f} 50 {end:.2f} 100 {end:.2f}v{thickness:.2f}"
        f"C50 {end + thickness:.2f} 50 {start + thickness:.2f} 0 {start + thickness:.2f}z"
    )
    return tag("path", d=path, class_=kind)


def gauge(value: float, warn: float, fail: float, status: str) -> Html:
    """Return a value as a bar against a mark for each threshold; one that nothing exceeds has no mark."""
    end = max(value, min(fail, 4 * warn or fail), 1e-9) * 1.1
    marks = (_mark(limit / end, kind) for limit, kind in ((warn, "warn"), (fail, "fail")) if limit < end)
    known = status if status in {"pass", "warn", "fail"} else "unknown"
    shape = tag("rect", width=_place(max(value, 0) / end), class_=known)
    return _drawing("gauge", shape, *marks)


def _mark(place: float, kind: str) -> Html:
    return tag("line", x1=_place(place), x2=_place(place), y2="100%", class_=kind)


def interval(
    mean: float, bounds: Sequence[float] | None, overall: float | None, axis: tuple[float, float]
) -> Html:
    """Return a mean as a mark with its interval, on an axis with a line for the mean of all."""
    low, high = axis

    def place(value: float) -> float:
        return (min(max(value, low), high) - low) / (high - low)

    shapes = [] if overall is None else [_mark(place(overall), "overall")]
    if bounds:
        left, right = (_place(place(bound)) for bound in bounds)
        shapes.append(tag("line", x1=left, x2=right, y1="50%", y2="50%", class_="range"))
    at = _place(place(mean))
    return _drawing("interval", *shapes, tag("line", x1=at, x2=at, y1="20%", y2="80%", class_="mean"))

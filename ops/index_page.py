"""Renders the index of processed files: the worst first, and how each source's deliveries have changed."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from ops.deliveries import Row, Series, describe_mapping, empty_share, rejected_share, uploaded_at
from ops.file_index import Index, count_statuses
from ops.output_file import written_whole
from tastetrend_etl.report_page.charts import bar
from tastetrend_etl.report_page.figures import code, count, moment, percent, plural, prose
from tastetrend_etl.report_page.parts import Html, badge, document, join, section, table, tag

INDEX = "index.html"
MAX_LISTED = 500
_MAX_DELIVERIES = 10
_WORDS = {
    "pass": "passed",  # nosec B105 # a status, no password
    "warn": "with a warning",
    "fail": "failed",
    "missing": "without a result",
}
_FILES = (
    ("File", ""),
    ("Status", ""),
    ("Delivered (UTC)", ""),
    ("Read", "number"),
    ("Written", "number"),
    ("Rejected", "number"),
    ("Duplicate", "number"),
    ("Mean rating", "number"),
)
_DELIVERIES = (
    ("Delivered (UTC)", ""),
    ("File", ""),
    ("Read", "number"),
    ("Rejected", "number"),
    ("Rejected as a bar", "chart"),
    ("Empty cells", "number"),
    ("Mean rating", "number"),
    ("Columns", ""),
)


def render_index(index: Index, links: Mapping[str, str]) -> str:
    """Return the page as HTML.

    Args:
        index: the files.
        links: key of a file's page → relative address; a file without one is not a link.
    """
    statuses = [
        badge(status, f"{number:,} {_WORDS.get(status, status)}")
        for status, number in count_statuses(index).items()
    ]
    header = join([tag("h1", index.title), tag("p", join(statuses, " "))])
    return document(
        index.title,
        header,
        [
            tag("p", _verdict(index), class_="lead"),
            tag("p", index.remark) if index.remark else "",
            _files(index, links),
            _drift_section(index),
            *(_series_section(number, series) for number, series in enumerate(index.series.values(), 1)),
        ],
    )


def write_index(index: Index, links: Mapping[str, str], folder: Path) -> Path:
    """Write the page into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_whole(folder / INDEX) as unfinished:
        unfinished.write_text(render_index(index, links), encoding="utf-8")
    return folder / INDEX


def _verdict(index: Index) -> str:
    counts, changed = count_statuses(index), len(index.drift)
    bad = sum(counts.get(status, 0) for status in ("missing", "rejected", "fail"))
    sentence = f"{bad:,} to look at first" if bad else "none was rejected and none failed a check"
    if changed:
        differ = "differs" if changed == 1 else "differ"
        sentence += f"; {changed:,} {differ} from earlier deliveries of the source"
    return f"{plural(len(index.files), 'file')}: {sentence}."


def _files(index: Index, links: Mapping[str, str]) -> Html:
    shown = index.files[:MAX_LISTED]
    rest = len(index.files) - len(shown)
    omitted = f"{plural(rest, 'file')} with a better verdict are not listed. " if rest else ""
    unlinked = sum(row["page"] not in links for row in shown)
    without = f"There is no page here on {plural(unlinked, 'file')}." if unlinked else ""
    listed = table("Files, the worst first", _FILES, (_file(row, links) for row in shown))
    return section("files", "Files, the worst first", listed, tag("p", omitted, without))


def _file(row: Row, links: Mapping[str, str]) -> list[object]:
    link = links.get(row["page"])
    name = tag("a", code(row["raw_key"]), href=link) if link else code(row["raw_key"])
    word = "no result" if row["status"] == "missing" else ""
    status: list[object] = [badge(row["status"], word), f" {row['reason']}" if row["reason"] else ""]
    return [name, join(status), _time(row), *_counts(row), _mean(row)]


def _counts(row: Row) -> list[str]:
    names = ("rows_read", "rows_written", "rows_rejected", "rows_duplicate")
    return [count(row[name]) if row[name] is not None else "" for name in names]


def _drift_section(index: Index) -> Html:
    title = "Changes since earlier deliveries"
    if not index.drift:
        text = "No file differs from the earlier deliveries of its source, where there are at least two."
        return section("drift", title, tag("p", text))
    files = (
        tag(
            "li", code(index.files[number]["raw_key"]), tag("ul", *(tag("li", prose(each)) for each in drift))
        )
        for number, drift in [*index.drift.items()][:MAX_LISTED]
    )
    return section("drift", title, tag("ul", *files))


def _series_section(number: int, series: Series) -> Html:
    latest = pairwise([None, *series.deliveries])
    rows = [_delivery(row, last) for last, row in latest if row][-_MAX_DELIVERIES:][::-1]
    caption = f"The latest deliveries of {series.name}, of {plural(len(series.deliveries), 'known one')}"
    return section(f"source-{number}", f"Deliveries of {series.name}", table(caption, _DELIVERIES, rows))


def _delivery(row: Row, last: Row | None) -> list[object]:
    share, empty = rejected_share(row), empty_share(row)
    return [
        _time(row),
        code(row["raw_key"]),
        count(row["rows_read"]),
        percent(share),
        bar(share),
        "" if empty is None else percent(empty),
        _mean(row),
        _changes(row, last) if last else "",
    ]


def _changes(row: Row, last: Row) -> str:
    number = len(describe_mapping(row, last))
    return f"{number} changed" if number else "as before"


def _time(row: Row) -> str:
    if not row["uploaded_at"]:
        return ""
    return moment(uploaded_at(row).isoformat()).removesuffix(" UTC")


def _mean(row: Row) -> str:
    return f"{row['mean_rating']:.2f}" if row["mean_rating"] is not None else ""

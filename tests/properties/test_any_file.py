"""Properties of the pipeline for every sequence of bytes."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.files import HEADER, any_bytes, csv_of, damage
from tests.properties.processing import run

MARK = re.compile(r"MK\d{3}")


@given(any_bytes())
def test_a_file_is_rejected_or_each_of_its_rows_has_one_outcome(body):
    result = run(body)

    if not result.rejection:
        written = result.table["source_row"].to_pylist()
        rejected = [row.source_row for row in result.rejected]
        duplicates = [row.source_row for row in result.duplicates]
        counts = result.counts
        assert counts == {
            "read": len(written) + len(rejected) + len(duplicates),
            "written": len(written),
            "rejected": len(rejected),
            "duplicate": len(duplicates),
        }
        assert {*written, *rejected, *duplicates} == set(range(1, counts["read"] + 1))
        assert {row.duplicate_of for row in result.duplicates} <= {*written}


@given(any_bytes())
def test_processing_twice_gives_the_same_bytes(body):
    assert run(body) == run(body)


ROWS = [
    (str(n), f"Guest {n}", "2020-01-01", str(n % 5 + 1), f"Good, MK{n:03d}", "Downtown", "TasteTrend", "fine")
    for n in range(100, 112)
]
JSON_LINES = "".join(
    f'{{"rating": {n % 5 + 1}, "review_text": "MK{n}", "mood": "x"}}\n' for n in range(100, 112)
)
INTACT = [csv_of(ROWS).encode(), csv_of(ROWS, delimiter=";", end="\n").encode(), JSON_LINES.encode()]


@given(st.sampled_from(INTACT), st.lists(st.tuples(st.floats(0, 1), damage()), min_size=1, max_size=4))
def test_after_any_damage_no_row_is_lost_or_doubled(intact, damages):
    body = intact
    for position, fragment in damages:
        at = outside_marks(body, int(position * len(body)))
        body = body[:at] + fragment + body[at:]

    result = run(body)

    if not result.rejection:
        expected = {f"MK{n}" for n in range(100, 112)} - marks_in_header(result)
        assert sorted(marks_in(result)) == sorted(expected)


def outside_marks(body, at):
    marks = (match.span() for match in re.finditer(MARK.pattern.encode(), body))
    return next((end for start, end in marks if start < at < end), at)


def marks_in(result):
    rows = [text_of(row) for row in result.table.to_pylist()]
    for text in [*rows, *(row.raw for row in [*result.rejected, *result.duplicates])]:
        yield from set(MARK.findall(text))


def text_of(row):
    """Return the cells of a written row without the names of its unknown columns."""
    extra = json.loads(row.pop("extra", None) or "{}")
    return " ".join(map(str, [*row.values(), *extra.values()]))


def marks_in_header(result):
    """Return the marks of a row that became the header through damage."""
    report = result.reports[0]
    return set(MARK.findall(f"{report['column_mapping']} {report['columns_in_extra']}"))


def test_the_intact_files_contain_every_mark():
    assert [len(list(marks_in(run(body)))) for body in INTACT] == [12, 12, 12]
    assert len(HEADER) == len(ROWS[0])

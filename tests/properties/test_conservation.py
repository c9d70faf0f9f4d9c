"""No delivered cell is lost, in any kind of file: each has a mark, which is in the output of its row."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.processing import run
from tests.properties.test_any_file import text_of

EXAMPLES = settings.default.max_examples // 10  # each is a whole file
MARK = re.compile(r"mk\d{4}")
MORE_NAMES = ("review_id", "id", "name", "guest", "comments", "location", "mood", "", "gender", "visit")
IDS = {"review_id", "id"}
PIECES = (
    "",
    "so ",
    "a, b; c ",
    'the "x" ',
    '"',
    "two\nlines ",
    "two\r\nlines ",
    "it's ",
    "tab\t",
    "\\",
    "| ",
)
WORDS = {
    "utf-8": "naïve 味道 ",
    "utf-8-sig": "naïve ",
    "utf-16": "naïve ",
    "cp1252": "très bon café ",
    "cp1251": "очень вкусный борщ ",
    "gb18030": "味道很好下次再来 ",
}
DAMAGE = ("{m}", "{m}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{m}", '4{d}"{m}', '"{m}{d}"x"{d}', '{m} "y" {d} "')


@dataclass
class Table:
    """A header, rows of cells with marks, and the encoding in which they can be written."""

    header: list
    rows: list
    encoding: str

    @property
    def id_marks(self):
        ids = [place for place, name in enumerate(self.header) if name in IDS]
        return {mark for row in self.rows for place in ids for mark in MARK.findall(row[place])}


@st.composite
def tables(draw):
    """Return a table of which some rows are delivered again, all cells equal or all but one."""
    encoding = draw(st.sampled_from(sorted(WORDS)))
    more = draw(st.lists(st.sampled_from(MORE_NAMES), max_size=6))
    header = draw(st.permutations(["rating", "review_text", *more]))
    pieces = st.sampled_from([*PIECES, WORDS[encoding]])
    numbers = iter(range(1_000, 10_000))

    def cell(name):
        before = "4 " if name == "rating" else draw(pieces)
        return f"{before}mk{next(numbers)}" if name == "review_text" or draw(st.booleans()) else ""

    rows = [[cell(name) for name in header] for _ in range(draw(st.integers(1, 5)))]
    for row in draw(st.lists(st.sampled_from(rows), max_size=3)):
        again, place = list(row), draw(st.integers(-1, len(header) - 1))
        if place >= 0:
            again[place] = f"4 mk{next(numbers)}"
        rows.append(again)
    return Table(header, rows, encoding)


@settings(max_examples=EXAMPLES)
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(DAMAGE)), max_size=3),
)
def test_delimited_text_keeps_every_cell(table, delimiter, quoting, end, damage):
    records = [record(row, delimiter, quoting, end) for row in table.rows]
    for number, (place, form) in enumerate(damage):
        records.insert(place, form.format(m=f"mk{number:04d}", d=delimiter) + end)
    body = record(table.header, delimiter, quoting, end) + "".join(records)

    result = run(body.encode(table.encoding, "replace"))

    assert_all_marks_are_kept(result, body, may_be_rejected=bool(damage))
    if not damage:
        assert_duplicates_differ_in_ids_only(result, table)


@settings(max_examples=EXAMPLES)
@given(tables(), st.sampled_from(["lines", "list", "within", "typed"]))
def test_json_keeps_every_cell(table, form):
    names = [
        f"{name}{place}" if name in table.header[:place] else name for place, name in enumerate(table.header)
    ]
    objects = [dict(zip(names, row, strict=True)) for row in table.rows]
    if form == "typed":
        objects = [{name: {"$oid": cell} for name, cell in each.items()} for each in objects]
    wrapped = objects if form == "list" else {"status": "ok", "reviews": objects}
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in objects)
    body = lines if form in {"lines", "typed"} else json.dumps(wrapped, ensure_ascii=False)

    result = run(body.encode("utf-8"))

    assert_all_marks_are_kept(result, body, may_be_rejected=False)
    assert_duplicates_differ_in_ids_only(result, table)


def record(cells, delimiter, quoting, end):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(cells)
    return out.getvalue()


def outputs(result):
    """Return the text of each row's output by its number."""
    texts = [(row["source_row"], text_of(row)) for row in result.table.to_pylist()]
    texts += [(row.source_row, row.raw) for row in [*result.rejected, *result.duplicates]]
    assert len(dict(texts)) == len(texts)
    return dict(texts)


def assert_all_marks_are_kept(result, body, *, may_be_rejected):
    if result.rejection:
        assert may_be_rejected, result.rejection
        return
    kept = Counter(mark for text in outputs(result).values() for mark in set(MARK.findall(text)))
    assert set(MARK.findall(body)) - kept.keys() == set()


def assert_duplicates_differ_in_ids_only(result, table):
    texts = outputs(result)
    for row in result.duplicates:
        first = texts[row.duplicate_of]
        assert set(MARK.findall(row.raw)) - table.id_marks == set(MARK.findall(first)) - table.id_marks

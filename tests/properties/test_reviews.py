"""Properties of the pipeline for every set of reviews in every file format."""

import gzip
import json
import re
from datetime import datetime

from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties.files import HEADER, cells, clean_words, csv_of
from tests.properties.processing import run

FEW = ("review_id", "customer_name", "rating", "review_text", "mood")
CELLS = st.tuples(*[cells() for _ in FEW])
ID, TEXT = FEW.index("review_id"), FEW.index("review_text")


@st.composite
def deliveries(draw):
    """Return rows with unique texts or none, and duplicates of some, with or without an id suffix.

    Every row has an id: a row without one, a customer or a date may be another review with the same cells.
    """
    rows = [list(row) for row in draw(st.lists(CELLS, min_size=2, max_size=8))]
    for number, row in enumerate(rows):
        row[ID] = f"{number} {row[ID]}"
        row[TEXT] = f"{row[TEXT]} dish {number}" if draw(st.booleans()) else ""
    for row in draw(st.lists(st.sampled_from(rows), max_size=3)):
        duplicate = list(row)
        duplicate[ID] += draw(st.sampled_from(["", "_dup"]))
        rows.insert(draw(st.integers(0, len(rows))), duplicate)
    return rows


@given(deliveries(), st.floats(0, 1))
@example([["0 _dup", "", "", "same", ""], ["0 ", "", "", "same", ""]], 0.5)
@example([["0\x1f_dup", "", "", "same", ""], ["0\x1f", "", "", "same", ""]], 0.5)
def test_a_file_in_two_parts_gives_the_same_review_ids(rows, share):
    cut = int(share * len(rows))

    whole, first, second = (ids(part) for part in (rows, rows[:cut], rows[cut:]))

    assert whole == first | second


@given(st.lists(CELLS, max_size=8), st.floats(0, 1))
def test_a_part_of_a_file_gives_some_of_its_review_ids(rows, share):
    assert ids(rows[: int(share * len(rows))]) <= ids(rows)


def ids(rows):
    result = run(csv_of(rows, header=FEW).encode())
    assert not result.rejection
    return set(result.table["review_id"].to_pylist())


COMPARED = ("review_id", "name", "date", "rating", "review_text", "comments", "index", "mood")
REPEATING = st.tuples(
    st.sampled_from(["1", "2", "1_dup", "", "n/a"]),
    st.sampled_from(["Ann", " Ann", "Bo", ""]),
    st.sampled_from(["2020-01-01", ""]),
    st.sampled_from(["4", "5"]),
    st.sampled_from(["MK1 good", "MK1 g\x01ood", "", "-", "MK2 bad"]),
    st.sampled_from(["", "", "MK3"]),
    st.sampled_from(["0", "1", "2", "3", "a"]),
    st.sampled_from(["fine", "", "none"]),
)


def compared(row):
    """Return the cells of a row that have to be equal in a duplicate."""
    cells = [cell.strip() for cell in row]
    cells[COMPARED.index("index")] = re.sub(r"^\d+$", "", cells[COMPARED.index("index")])
    return cells[1:]


@given(st.lists(REPEATING, min_size=2, max_size=12))
def test_rows_that_differ_in_more_than_an_id_or_a_row_number_are_never_one(rows):
    result = run(csv_of(rows, header=COMPARED).encode())

    written = result.table.select(["source_row", "review_id"]).to_pylist()
    assert len({row["review_id"] for row in written}) == len(written)
    assert {row.duplicate_of for row in result.duplicates} <= {row["source_row"] for row in written}
    for row in result.duplicates:
        assert compared(rows[row.source_row - 1]) == compared(rows[row.duplicate_of - 1])


@given(st.lists(REPEATING, min_size=2, max_size=12))
def test_every_delivered_cell_is_in_the_output_of_its_row(rows):
    result = run(csv_of(rows, header=COMPARED).encode())

    kept = {row["source_row"]: " ".join(map(str, row.values())) for row in result.table.to_pylist()}
    kept |= {row.source_row: row.raw for row in [*result.rejected, *result.duplicates]}
    assert sorted(kept) == list(range(1, len(rows) + 1))
    for number, row in enumerate(rows, 1):
        marks = set(re.findall(r"MK\d", row[4] or row[5]))
        assert {mark for mark in marks if mark not in kept[number]} == set()


DATES = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2025, 12, 31))  # noqa: DTZ001 # naive UTC
CLEAN = st.fixed_dictionaries(
    {
        "review_id": clean_words().filter(lambda word: not word.startswith("\ufeff")),
        "customer_name": clean_words().map("Guest {}".format),  # never equal to the restaurant
        "date": DATES.map(lambda date: date.isoformat(sep=" ")),
        "rating": st.integers(1, 5).map(str),
        "review_text": clean_words(40),
        "location": clean_words(),
        "restaurant_name": clean_words(),
        "mood": clean_words(),
    }
)


def as_text(delimiter, end, encoding):
    def write(rows):
        text = csv_of([[row[name] for name in HEADER] for row in rows], delimiter=delimiter, end=end)
        return text.encode(encoding)

    return write


def as_json(rows):
    return json.dumps(rows).encode()


COMMA = as_text(",", "\n", "utf-8")
FORMATS = st.sampled_from(
    [
        COMMA,
        as_text(";", "\r\n", "utf-8-sig"),
        as_text("\t", "\r", "utf-8"),
        as_text("|", "\n", "utf-16"),
        lambda rows: gzip.compress(COMMA(rows)),
        as_json,
        lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    ]
)


MARK = dict.fromkeys(HEADER, "\ufeff") | {"review_id": "1", "date": "2020-01-01 00:00:00", "rating": "4"}


@example([MARK], COMMA)
@given(st.lists(CLEAN, min_size=1, max_size=5, unique_by=lambda row: row["review_text"]), FORMATS)
def test_the_values_of_a_clean_file_are_unchanged(rows, write):
    table = run(write(rows)).table

    for name, column in {"review_id": "source_review_id", "rating": "rating_raw"}.items():
        assert table[column].to_pylist() == [row[name] for row in rows]
    for name in ("customer_name", "review_text", "location", "restaurant_name"):
        assert table[name].to_pylist() == [row[name] for row in rows]
    assert [date.isoformat(sep=" ") for date in table["review_date"].to_pylist()] == [
        row["date"] for row in rows
    ]
    assert [json.loads(extra)["mood"] for extra in table["extra"].to_pylist()] == [
        row["mood"] for row in rows
    ]
    assert table["rating_1_5"].to_pylist() == [float(row["rating"]) for row in rows]

"""The generated samples have the measured profile, and their expectations match the files."""

import csv
import json
import statistics
from collections import Counter
from pathlib import Path

import pytest

from samples.generate import generate, write_reviews
from samples.sources import SOURCES

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = json.loads((SAMPLES / "expectations.json").read_text(encoding="utf-8"))
REVIEWS = [source.file for source in SOURCES.values()]
NULL_VALUES = {"", "na", "n/a", "null", "none", "nan", "-"}
ID, CUSTOMER, DATE, RATING, TEXT, _, RESTAURANT, SPENT = range(8)
AGE_RANGE, GENDER, ETHNICITY = range(11, 14)
FIELDS = 14
PARSED = [("review_date", DATE), ("rating_1_5", RATING), ("total_spent", SPENT)]


def records(path, *, encoding, delimiter):
    with path.open(encoding=encoding, newline="") as file:
        return [record for record in csv.reader(file, delimiter=delimiter) if record][1:]


def sample(file):
    expected = EXPECTED[file]
    return records(SAMPLES / file, encoding=expected["encoding"], delimiter=expected["delimiter"])


def is_null(cell):
    return cell.strip().lower() in NULL_VALUES


def share_missing(rows, place):
    complete = [row for row in rows if len(row) == FIELDS]
    return sum(is_null(row[place]) for row in complete) / len(complete)


def written(file):
    rows = sample(file)
    return {number: rows[number - 1] for number in EXPECTED[file]["source_row"]}


def mark_of(file, number):
    return f"Bill {EXPECTED[file]['mark']}-{number:07d}."


def outcomes_of(rows):
    """Return each row's outcome, computed from its raw cells only."""
    seen, outcomes = set(), []
    for row in rows:
        if len(row) != FIELDS:
            outcomes.append("ragged")
        elif is_null(row[RATING]) and is_null(row[TEXT]):
            outcomes.append("empty_row")
        else:
            key = tuple(row[1:])
            if is_null(row[TEXT]) or is_null(row[CUSTOMER]) or is_null(row[DATE]):
                key = (row[ID].removesuffix("_dup"), *key)
            outcomes.append("duplicate" if key in seen else "written")
            seen.add(key)
    return outcomes


@pytest.fixture(scope="module")
def generated_again(tmp_path_factory):
    out = tmp_path_factory.mktemp("samples")
    generate(out)
    return out


@pytest.mark.parametrize("name", [*EXPECTED, "expectations.json"])
def test_generating_again_gives_the_same_bytes(name, generated_again):
    assert (generated_again / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_every_committed_file_stays_below_a_mebibyte():
    assert [
        name for name in [*EXPECTED, "expectations.json"] if (SAMPLES / name).stat().st_size >= 2**20
    ] == []


@pytest.mark.parametrize(("file", "rows"), list(zip(EXPECTED, (614, 1784, 871, 1655, 12), strict=True)))
def test_files_have_as_many_rows_as_measured(file, rows):
    assert len(sample(file)) == EXPECTED[file]["rows_read"] == rows


@pytest.mark.parametrize("file", EXPECTED)
def test_expected_rows_balance(file):
    expected = EXPECTED[file]

    assert expected["rows_read"] == sum(
        expected[f"rows_{outcome}"] for outcome in ("written", "rejected", "duplicate")
    )


@pytest.mark.parametrize("file", REVIEWS)
def test_outcomes_match_the_contract_applied_to_the_raw_cells(file):
    expected = EXPECTED[file]
    outcomes = dict.fromkeys(expected["source_row"], "written")
    outcomes |= {number: "duplicate" for number, _ in expected["duplicates"]}
    outcomes |= {number: reason for reason, numbers in expected["rejected"].items() for number in numbers}

    assert outcomes == dict(enumerate(outcomes_of(sample(file)), 1))


@pytest.mark.parametrize("file", REVIEWS)
def test_no_two_written_rows_differ_only_in_their_id(file):
    assert max(Counter(tuple(row[1:]) for row in written(file).values()).values()) == 1


@pytest.mark.parametrize("file", REVIEWS)
def test_a_duplicate_follows_the_written_row_it_duplicates(file):
    written_rows = set(EXPECTED[file]["source_row"])

    assert [
        pair for pair in EXPECTED[file]["duplicates"] if pair[1] not in written_rows or pair[1] >= pair[0]
    ] == []


@pytest.mark.parametrize("file", REVIEWS)
def test_every_row_except_duplicates_is_found_by_its_own_mark(file):
    rows, duplicates = sample(file), {number for number, _ in EXPECTED[file]["duplicates"]}
    by_id = set(EXPECTED[file]["marked_by_id"])

    for number, row in enumerate(rows, 1):
        if number in by_id:
            assert row[ID] == str(number)
        elif number not in duplicates:
            assert row[TEXT].endswith(mark_of(file, number))
    assert not by_id & duplicates


@pytest.mark.parametrize("file", REVIEWS)
def test_conflicting_ids_are_those_of_several_written_reviews(file):
    ids = Counter(row[ID] for row in written(file).values())

    assert EXPECTED[file]["conflicting_ids"] == sorted(
        (key for key, count in ids.items() if count > 1), key=int
    )
    assert EXPECTED[file]["conflicting_ids"]


@pytest.mark.parametrize("file", REVIEWS)
@pytest.mark.parametrize(("column", "place"), PARSED)
def test_a_cell_has_a_value_is_missing_or_is_listed_as_not_understood(file, column, place):
    expected = EXPECTED[file]
    null = {
        number
        for number, value in zip(expected["source_row"], expected[column], strict=True)
        if value is None
    }
    missing = {number for number, row in written(file).items() if is_null(row[place])}

    assert null - missing == set(expected["not_understood"][column])
    assert missing <= null


@pytest.mark.parametrize("file", REVIEWS)
def test_texts_are_as_long_as_measured(file):
    lengths = [len(row[TEXT].strip()) for row in written(file).values() if not is_null(row[TEXT])]

    assert statistics.median(lengths) == pytest.approx(436, rel=0.08)
    assert statistics.mean(lengths) == pytest.approx(589, rel=0.08)
    assert max(lengths) == 4552


@pytest.mark.parametrize(
    ("place", "sources", "minimum", "maximum"),
    [
        (TEXT, SOURCES, 0.29, 0.33),
        (GENDER, SOURCES, 0.18, 0.22),
        (ETHNICITY, SOURCES, 0.11, 0.15),
        (AGE_RANGE, SOURCES, 0.14, 0.38),
        (SPENT, ("downtown", "midtown"), 0.17, 0.25),
        (CUSTOMER, ("eastside", "uptown"), 0.08, 0.16),
        (RATING, ("eastside", "midtown"), 0.12, 0.16),
    ],
)
def test_as_many_cells_are_missing_as_measured(place, sources, minimum, maximum):
    shares = {source: share_missing(sample(SOURCES[source].file), place) for source in sources}

    assert {source: share for source, share in shares.items() if not minimum < share < maximum} == {}


@pytest.mark.parametrize("source", SOURCES)
def test_large_files_have_the_counted_rows(source, tmp_path):
    path = tmp_path / "large"

    counts = write_reviews(path, source, rows=12_000, seed=3)

    rows = records(path, encoding=SOURCES[source].encoding, delimiter=SOURCES[source].delimiter)
    outcomes = Counter(outcomes_of(rows))
    assert (counts.read, counts.written, counts.duplicate) == (
        len(rows),
        outcomes["written"],
        outcomes["duplicate"],
    )
    assert counts.rejected == outcomes["empty_row"] + outcomes["ragged"] > 0

"""The five files of the comparison: the samples of reviews, and one with many faults."""

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

from samples.csv_writer import write_csv
from samples.expectations import Expectation, of_reviews
from samples.rows import ID, RAGGED_ROW, TEXT, WRITTEN, EarlierRows, Row, draw_rows
from samples.sources import SOURCES, Source

SAMPLES = Path(__file__).parent.parent / "samples"
SCRIPT = "<script>alert(1)</script>"
_PLACEHOLDER, _UNDECODABLE = b"Caf#", b"Caf\xe9"  # not UTF-8
_ROWS, _SEED = 400, 16
_BROKEN_FROM, _BROKEN_EVERY = 100, 9  # row numbers; the rows before show the format

# Ratings of three scales, stars and words, another delimiter, and a script in the header.
FAULTY = replace(
    SOURCES["uptown"],
    file="faulty_reviews.csv",
    rows=_ROWS,
    columns=("id", "name", "review_date", "star_rating", "comments", "venue", SCRIPT),
    delimiter=";",
    blank_line_every=50,
)


@dataclass(frozen=True)
class ComparedFile:
    """A file and its truth.

    Attributes:
        undecodable: the rows with bytes that are not text in the file's encoding.
    """

    path: Path
    source: Source
    expected: Expectation
    undecodable: frozenset[int] = frozenset()


def compared_files(work: Path) -> list[ComparedFile]:
    """Return the five files; the faulty one is written into `work`."""
    expected = json.loads((SAMPLES / "expectations.json").read_text(encoding="utf-8"))
    samples = [
        ComparedFile(SAMPLES / source.file, source, expected[source.file]) for source in SOURCES.values()
    ]
    return [*samples, _faulty_file(work / FAULTY.file)]


def _faulty_file(path: Path) -> ComparedFile:
    """Draw rows as for the samples, then break a tenth of them."""
    rng = random.Random(_SEED)  # noqa: S311 # synthetic data, no secret
    rows = draw_rows(rng, FAULTY, range(1, _ROWS + 1), EarlierRows())
    undecodable = _break_rows(rows)
    write_csv(path, FAULTY, rows)
    path.write_bytes(path.read_bytes().replace(_PLACEHOLDER, _UNDECODABLE))
    return ComparedFile(path, FAULTY, of_reviews(FAULTY, rows), undecodable)


def _break_rows(rows: list[Row]) -> frozenset[int]:
    """Make every other broken row ragged, the others undecodable; return the numbers of the latter."""
    copied = {row.duplicate_of for row in rows}
    ids = [row.cells[ID] for row in rows]
    breakable = [
        row
        for row in rows[_BROKEN_FROM::_BROKEN_EVERY]
        if row.outcome == WRITTEN
        and row.has_mark
        and row.number not in copied
        and ids.count(row.cells[ID]) == 1
    ]
    for row in breakable[::2]:
        row.outcome = RAGGED_ROW
        row.cells = row.cells[:-3] if row.number % 2 else [*row.cells, "more"]
    for row in breakable[1::2]:
        row.cells[TEXT] = f"{_PLACEHOLDER.decode()} {row.cells[TEXT]}"
    return frozenset(row.number for row in breakable[1::2])

"""The planted faults of a compared file, and the rules that decide whether a tool found them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.compared_files import SCRIPT, ComparedFile
from samples.expectations import Expectation
from samples.rows import CUSTOMER, DATE, EMPTY_ROW, RAGGED_ROW, RATING, SPENT, TEXT
from samples.vocabulary import NULL_VALUES

# What a tool says of a fault: its row numbers, how many there are, or a number of the file; by name.
Finding = list[int] | float | None
Findings = Mapping[str, Finding]

FAULTS = {
    "read": "files read without being told their delimiter, or to skip rows",
    "ragged": "rows with too many or too few fields",
    "empty": "rows without rating and text",
    "copy": "exact copies of an earlier row",
    "renamed": "copies of an earlier row under another id",
    "shared_id": "ids that different reviews share",
    "date": "dates that cannot be",
    "rating": "ratings off their scale",
    "spent": "negative amounts",
    "missing": "files with the right number of missing texts",
    "mean": "files with the right mean rating, on one scale",
    "undecodable": "rows with undecodable bytes",
    "script": "script in the header that the page shows as text",
}
_ROUNDING = 0.005  # of a mean with two decimals
_INVALID = {"date": ("review_date", DATE), "rating": ("rating_1_5", RATING), "spent": ("total_spent", SPENT)}


@dataclass(frozen=True)
class Fault:
    """Planted faults of one kind.

    Attributes:
        count: how many there are.
        rows: their row numbers; empty if the fault is not one of rows.
        also: rows that naming is not wrong: duplicates and rejected rows that have it too, other duplicates.
        counted: how many of them a count may include.
    """

    count: int
    rows: frozenset[int] = frozenset()
    also: frozenset[int] = frozenset()
    counted: int = 0

    def found(self, finding: Finding) -> int:
        """Return how many of the faults a finding gives.

        Named rows must all have the fault. A count must be that of the faults; it may include rejected and
        duplicate rows that have it too.
        """
        if isinstance(finding, list):
            named = set(finding)
            return len(named & self.rows) if named <= self.rows | self.also else 0
        right = finding is not None and self.count <= finding <= self.count + self.counted
        return self.count if right else 0


@dataclass(frozen=True)
class Fact:
    """A number of the file, of which several are right: of the rows written, or of all rows."""

    right: frozenset[float]
    tolerance: float = 0
    count: int = 1

    def found(self, finding: Finding) -> int:
        """Return 1 if the finding is a right number, else 0."""
        return int(
            isinstance(finding, int | float)
            and any(abs(finding - number) <= self.tolerance for number in self.right)
        )


def planted_faults(file: ComparedFile) -> dict[str, Fault | Fact]:
    """Return the faults of a file by name, from its expectations and its raw cells."""
    expected, cells = file.expected, _cells(file)
    duplicates = {row for row, _ in expected["duplicates"]}
    copies = {row for row in duplicates if cells[row] in [cells[earlier] for earlier in range(1, row)]}
    width = len(file.source.header)
    faults: dict[str, Fault | Fact] = {
        "ragged": _of_rows(expected["rejected"][RAGGED_ROW]),
        "empty": _of_rows(expected["rejected"][EMPTY_ROW]),
        "copy": _of_rows(copies, duplicates),
        "renamed": _of_rows(duplicates - copies, duplicates),
        "shared_id": Fault(len(expected["conflicting_ids"])),
        "undecodable": _of_rows(file.undecodable),
        "read": Fault(1),
        "mean": _mean_rating(expected),
        "missing": _missing_texts(expected, cells, width),
        "script": Fault(int(SCRIPT in file.source.header)),
    }
    for name, (column, index) in _INVALID.items():
        rows = frozenset(expected["not_understood"][column])
        words = {cells[row][index] for row in rows}
        alike = {row for row, fields in cells.items() if len(fields) > index and fields[index] in words}
        faults[name] = Fault(len(rows), rows, frozenset(alike - rows), len(alike - rows))
    return faults


def customer_names(file: ComparedFile) -> set[str]:
    """Return the full names of a file's customers, as delivered."""
    names = {fields[CUSTOMER].strip() for fields in _cells(file).values() if len(fields) > CUSTOMER}
    return {name for name in names if " " in name}


def _of_rows(rows: Iterable[int], also: Iterable[int] = ()) -> Fault:
    numbers = frozenset(rows)
    return Fault(len(numbers), numbers, frozenset(also))


def _mean_rating(expected: Expectation) -> Fact:
    ratings = [rating for rating in expected["rating_1_5"] if rating is not None]
    mean = sum(ratings) / len(ratings)
    return Fact(frozenset({mean}), _ROUNDING)


def _missing_texts(expected: Expectation, cells: Mapping[int, Sequence[str]], width: int) -> Fact:
    """Return how many texts are missing: in rows written, all rows, rows not too long, rows not ragged."""
    missing = {row for row, fields in cells.items() if len(fields) <= TEXT or fields[TEXT] in NULL_VALUES}
    long = {row for row, fields in cells.items() if len(fields) > width}
    ragged = set(expected["rejected"][RAGGED_ROW])
    counts = (missing & set(expected["source_row"]), missing, missing - long, missing - ragged)
    return Fact(frozenset(map(len, counts)))


def _cells(file: ComparedFile) -> dict[int, list[str]]:
    """Return the cells of each row by its number; blank lines have none."""
    with file.path.open(encoding=file.source.encoding, errors="replace", newline="") as content:
        records = [fields for fields in csv.reader(content, delimiter=file.source.delimiter) if fields]
    return dict(enumerate(records[1:], 1))

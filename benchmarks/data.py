"""Makes the review files that all contenders read, once for each source and size."""

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from samples.large import Counts, write_reviews
from samples.sources import SOURCES

SOURCES_USED = ("downtown", "eastside", "uptown")
SEED = 1


@dataclass(frozen=True)
class ReviewFile:
    """A generated file, what must become of its rows, and the numbers of its ragged records."""

    source: str
    path: Path
    counts: Counts
    ragged: tuple[int, ...]


def review_file(folder: Path, source: str, rows: int) -> ReviewFile:
    """Return the file, made unless it lies in the folder already."""
    path = folder / f"{source}-{rows}.csv"
    facts = path.with_suffix(".json")
    if not facts.exists():
        folder.mkdir(parents=True, exist_ok=True)
        counts = write_reviews(path, source, rows, SEED)
        facts.write_text(json.dumps({"counts": asdict(counts), "ragged": _ragged(path, source)}))
    known = json.loads(facts.read_text())
    return ReviewFile(source, path, Counts(**known["counts"]), tuple(known["ragged"]))


def _ragged(path: Path, source: str) -> list[int]:
    kind = SOURCES[source]
    with path.open(encoding=kind.encoding, newline="") as file:
        records = (record for record in csv.reader(file, delimiter=kind.delimiter) if record)
        return [row for row, record in enumerate(records) if len(record) != len(kind.header)]

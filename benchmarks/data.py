"""Generates the input files of the benchmarks, once for each source and size."""

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
    """A generated file, its expected row balance, and the source row numbers of its ragged records."""

    source: str
    path: Path
    counts: Counts
    ragged: tuple[int, ...]


def review_file(folder: Path, source: str, rows: int) -> ReviewFile:
    """Return the file; generate it unless it is in the folder already."""
    path = folder / f"{source}-{rows}.csv"
    metadata = path.with_suffix(".json")
    if not metadata.exists():
        folder.mkdir(parents=True, exist_ok=True)
        counts = write_reviews(path, source, rows, SEED)
        metadata.write_text(json.dumps({"counts": asdict(counts), "ragged": _ragged(path, source)}))
    values = json.loads(metadata.read_text())
    return ReviewFile(source, path, Counts(**values["counts"]), tuple(values["ragged"]))


def _ragged(path: Path, source: str) -> list[int]:
    profile = SOURCES[source]
    with path.open(encoding=profile.encoding, newline="") as file:
        records = (record for record in csv.reader(file, delimiter=profile.delimiter) if record)
        return [row for row, record in enumerate(records) if len(record) != len(profile.header)]

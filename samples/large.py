"""Writes review files of any size in constant memory and returns their expected row counts."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.csv_writer import write_csv
from samples.rows import DUPLICATE, WRITTEN, EarlierRows, Row, draw_rows
from samples.sources import SOURCES, Source

_BATCH_ROWS = 5_000
_EARLIER_ROWS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """The expected row balance of a file."""

    read: int
    written: int
    rejected: int
    duplicate: int


def write_reviews(path: Path | str, source: str = "downtown", rows: int = 300_000, seed: int = 1) -> Counts:
    """Write `rows` rows in a source's format; no text occurs twice except in duplicates."""
    outcomes: Counter[str] = Counter()
    profile = SOURCES[source]
    generated = _draw(random.Random(f"{seed}:{source}"), profile, rows)  # noqa: S311 # nosec B311 # synthetic data, no secret
    write_csv(Path(path), profile, _count(generated, outcomes))
    written, duplicate = outcomes[WRITTEN], outcomes[DUPLICATE]
    return Counts(rows, written, rows - written - duplicate, duplicate)


def _draw(rng: random.Random, source: Source, rows: int) -> Iterator[Row]:
    earlier = EarlierRows()
    for start in range(1, rows + 1, _BATCH_ROWS):
        yield from draw_rows(rng, source, range(start, min(start + _BATCH_ROWS, rows + 1)), earlier)
        earlier.shrink(rng, keep=_EARLIER_ROWS_KEPT)


def _count(rows: Iterator[Row], outcomes: Counter[str]) -> Iterator[Row]:
    for row in rows:
        outcomes[row.outcome] += 1
        yield row

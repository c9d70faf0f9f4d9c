"""Writes review files of any size in constant memory, with their row counts known by construction."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.delivery import deliver
from samples.rows import DUPLICATE, WRITTEN, Earlier, Row, draw_rows
from samples.sources import SOURCES, Source

_AT_ONCE = 5_000
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """What must become of the rows of a file."""

    read: int
    written: int
    rejected: int
    duplicate: int


def write_reviews(path: Path | str, source: str = "downtown", rows: int = 300_000, seed: int = 1) -> Counts:
    """Writes `rows` rows of a source's kind; every text is another, but for repeats."""
    fates: Counter[str] = Counter()
    kind = SOURCES[source]
    drawn = _drawn(random.Random(f"{seed}:{source}"), kind, rows)  # noqa: S311 - made-up data, no secret
    deliver(Path(path), kind, _counted(drawn, fates))
    written, duplicate = fates[WRITTEN], fates[DUPLICATE]
    return Counts(rows, written, rows - written - duplicate, duplicate)


def _drawn(rng: random.Random, source: Source, rows: int) -> Iterator[Row]:
    earlier = Earlier()
    for start in range(1, rows + 1, _AT_ONCE):
        yield from draw_rows(rng, source, range(start, min(start + _AT_ONCE, rows + 1)), earlier)
        earlier.forget(rng, keep=_REMEMBERED)


def _counted(rows: Iterator[Row], fates: Counter[str]) -> Iterator[Row]:
    for row in rows:
        fates[row.fate] += 1
        yield row

"""Draws 500 files for a batch from the samples' generator, with the rows that each must give."""

import csv
import gzip
import io
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice, repeat

from samples.restaurants import RESTAURANT_INFO
from samples.rows import DUPLICATE, WRITTEN, EarlierRows, draw_rows
from samples.sources import SOURCES, Source
from tastetrend_etl.limits import TIERS

PREFIX = "accept/"
DISTINCT, REPEATED, BAD, FACTS, LARGE = 440, 30, 20, 8, 2  # files
CHANGED = 50
_ROWS, _LARGE_ROWS = 90, 28_000
_FIRST_NUMBER = 1_000_000  # of a row, so that no other test uploads the same review


@dataclass(frozen=True)
class File:
    """A raw file and what must become of it.

    Attributes:
        reviews: the row numbers of the reviews that it delivers, each used in one distinct file only.
        reason: why it must be rejected; empty if it must be processed.
    """

    content: bytes
    rows: Mapping[str, int] | None = None
    reviews: frozenset[int] = frozenset()
    reason: str = ""


_NO_ROWS = {"read": 0, "written": 0, "rejected": 0, "duplicate": 0}
_BAD_FILES = (
    File(b"", reason="empty_file"),
    File(b"sku,price\nA-1,4.50\nA-2,7.00\n", reason="not_reviews"),
    File(bytes(range(256)) * 40, reason="not_reviews"),
    File(b"review_id,date,rating,review_text\n", _NO_ROWS),
)


def draw_files() -> dict[str, File]:
    """Return key → file."""
    distinct = list(_draw(DISTINCT, _FIRST_NUMBER))
    bad = islice(cycle(_BAD_FILES), BAD)
    large = (_large(place) for place in range(LARGE))
    files = [*distinct, *distinct[:REPEATED], *bad, *repeat(_facts(), FACTS), *large]
    return {f"{PREFIX}{place:03}{_suffix(file)}": file for place, file in enumerate(files)}


def draw_changes(files: Mapping[str, File]) -> dict[str, File]:
    """Return key → new file for a tenth of the files."""
    changed = list(files)[REPEATED // 2 : DISTINCT : DISTINCT // CHANGED][:CHANGED]  # some are repeated
    return dict(zip(changed, _draw(CHANGED, _FIRST_NUMBER + _ROWS * DISTINCT), strict=True))


def _draw(files: int, first: int) -> Iterator[File]:
    """Yield files of all sources in turn."""
    for place, source in zip(range(files), cycle(SOURCES.values()), strict=False):
        yield draw_reviews(source, first + place * _ROWS)


def draw_reviews(source: Source, first: int) -> File:
    """Return a file of a source whose rows have the numbers from `first`."""
    rng = random.Random(first)  # noqa: S311 # synthetic data, no secret
    rows = draw_rows(rng, source, range(first, first + _ROWS), EarlierRows())
    written = frozenset(row.number for row in rows if row.outcome == WRITTEN)
    duplicate = sum(row.outcome == DUPLICATE for row in rows)
    records = [source.header, *(row.cells for row in rows)]
    content = _csv(records, source.delimiter, source.newline).encode(source.encoding)
    return File(content, _balance(len(rows), len(written), duplicate), written)


def total_rows(files: Mapping[str, File]) -> dict[str, int]:
    """Return the sum of the rows of all files."""
    total: Counter[str] = Counter()
    for file in files.values():
        total.update(file.rows or {})
    return dict(total)


def distinct_reviews(files: Mapping[str, File]) -> int:
    """Return how many different reviews the files deliver."""
    return len(frozenset().union(*(file.reviews for file in files.values())))


def _balance(read: int, written: int, duplicate: int) -> dict[str, int]:
    rejected = read - written - duplicate
    return {"read": read, "written": written, "rejected": rejected, "duplicate": duplicate}


def _facts() -> File:
    count_rows = len(RESTAURANT_INFO) - 1
    return File(_csv(RESTAURANT_INFO, ",", "\n").encode(), _balance(count_rows, count_rows, 0))


def _large(place: int) -> File:
    """Return a file above the small tier's limit, whose size as an object is far below."""
    numbers = range(10 * _FIRST_NUMBER + place * _LARGE_ROWS, 10 * _FIRST_NUMBER + (place + 1) * _LARGE_ROWS)
    rows = (f"{number},2024-05-01,4,Stew {number} {'tasty ' * 320}\n" for number in numbers)
    content = ("review_id,date,rating,review_text\n" + "".join(rows)).encode()
    assert len(content) > TIERS["small"].max_bytes
    return File(gzip.compress(content, 1), _balance(_LARGE_ROWS, _LARGE_ROWS, 0), frozenset(numbers))


def _csv(records, delimiter, newline) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(records)
    return text.getvalue()


def _suffix(file: File) -> str:
    return ".csv.gz" if file.content[:2] == b"\x1f\x8b" else ".csv"

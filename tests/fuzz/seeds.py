"""Seed files: some rows of each sample, in every supported file format."""

import csv
import gzip
import json
from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
_ROWS = 12


@cache
def seeds() -> tuple[bytes, ...]:
    """Return the files, always in the same order."""
    excerpts = [_excerpt(path) for path in sorted(SAMPLES.glob("tastetrend_*"))]
    return tuple(seed for excerpt in excerpts for seed in _formats(excerpt))


def _excerpt(path: Path) -> str:
    """Return the header and the first records unchanged."""
    expected = json.loads((SAMPLES / "expectations.json").read_text(encoding="utf-8"))
    lines = path.read_text(encoding=expected[path.name]["encoding"]).splitlines(keepends=True)
    return "".join(lines[: _ROWS + 1])


def _formats(text: str) -> list[bytes]:
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    records = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    objects = [{str(name): cell for name, cell in record.items()} for record in records]
    plain = text.encode()
    return [
        plain,
        text.encode("utf-16"),
        text.encode("cp1252", "replace"),
        gzip.compress(plain, mtime=0),
        json.dumps(objects).encode(),
        "\n".join(map(json.dumps, objects)).encode(),
    ]

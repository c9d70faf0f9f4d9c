"""Generates the sample files and the expected result of each row; README.md describes the format."""

import argparse
import csv
import random
from collections.abc import Sequence
from pathlib import Path

from samples import expectations
from samples.csv_writer import write_csv
from samples.large import Counts, write_reviews
from samples.restaurants import RESTAURANT_INFO, RESTAURANT_INFO_FILE
from samples.rows import EarlierRows, draw_rows
from samples.sources import SOURCES, Source

__all__ = ["Counts", "generate", "write_reviews"]

SEED = 2012_08_15
HERE = Path(__file__).parent


def generate(out: Path, rows: int | None = None) -> None:
    """Write five files and `expectations.json` into `out`; the bytes are always the same."""
    out.mkdir(parents=True, exist_ok=True)
    expected = {
        source.file: _reviews(out, name, source, rows or source.rows) for name, source in SOURCES.items()
    }
    expected[RESTAURANT_INFO_FILE] = _restaurant_info(out)
    (out / "expectations.json").write_text(expectations.as_json(expected), encoding="utf-8", newline="\n")


def _reviews(out: Path, name: str, source: Source, count: int) -> expectations.Expectation:
    rng = random.Random(f"{SEED}:{name}")  # noqa: S311 # nosec B311 # synthetic data, no secret
    rows = draw_rows(rng, source, range(1, count + 1), EarlierRows())
    write_csv(out / source.file, source, rows)
    return expectations.of_reviews(source, rows)


def _restaurant_info(out: Path) -> expectations.Expectation:
    with (out / RESTAURANT_INFO_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(RESTAURANT_INFO)
    return expectations.of_restaurant_info()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m samples.generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: samples/)")
    parser.add_argument("--rows", type=_positive, help="rows of each review file (default: as measured)")
    options = parser.parse_args(arguments)
    generate(options.out, options.rows)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of rows; give 1 or more")
    return int(text)


if __name__ == "__main__":
    main()

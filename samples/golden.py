"""Generates the quality gate's golden files and their expected results."""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from samples import clean, edge_cases, vocabulary
from samples.csv_writer import write_csv
from samples.expected_rows import AGE_RANGE, ETHNICITY, GENDER, ExpectedRow, expected_row
from samples.rows import DUPLICATE, WRITTEN, EarlierRows, Row, draw_rows
from samples.sources import SOURCES, Source

GOLDEN = Path(__file__).parents[1] / "lambda_src" / "tastetrend_gate" / "golden"
SEED = 2026_11_23
MESSY_ROWS = 240
_BLANK_LINE_EVERY = 60
_NO_REVIEWS = "Reviewer;When;Where\nGuest 1;2023-05-01;Harbor\nGuest 2;2023-05-02;Harbor\n"
_CATEGORIES = {
    AGE_RANGE: vocabulary.AGE_RANGES,
    GENDER: vocabulary.GENDERS,
    ETHNICITY: vocabulary.ETHNICITIES,
}

Expectation = dict[str, Any]


def generate(out: Path = GOLDEN) -> None:
    """Write the golden files and `expectations.json` into `out`; the bytes are always the same."""
    out.mkdir(parents=True, exist_ok=True)
    expected = {"clean.csv": processed(clean.write(out / "clean.csv", SEED))}
    for name, source in SOURCES.items():
        file = f"{name}_messy{Path(source.file).suffix}"
        expected[file] = processed(_messy(out / file, name, source))
    unknown = "unknown_messy.csv"  # no source's key: read by the generic rules
    expected[unknown] = processed(_messy(out / unknown, "unknown", SOURCES["eastside"]))
    expected["hostile.csv"] = processed(edge_cases.write(out / "hostile.csv"))
    (out / "no_reviews.csv").write_text(_NO_REVIEWS, encoding="utf-8", newline="")
    expected["no_reviews.csv"] = {"outcome": "rejected", "reason": "not_reviews"}
    (out / "expectations.json").write_text(as_json(expected), encoding="utf-8", newline="\n")


def processed(rows: Sequence[ExpectedRow]) -> Expectation:
    """Return the expected result of a file with these rows."""
    written = [row for row in rows if row.outcome == WRITTEN]
    outcomes = Counter(row.outcome for row in rows)
    reasons = sorted(outcomes.keys() - {WRITTEN, DUPLICATE})
    codes = sorted({code for row in written for code in row.issues})
    return {
        "outcome": "processed",
        "reason": "",
        "rows": {
            "read": len(rows),
            "written": len(written),
            "rejected": sum(outcomes[reason] for reason in reasons),
            "duplicate": outcomes[DUPLICATE],
        },
        "rejected": {reason: [row.number for row in rows if row.outcome == reason] for reason in reasons},
        "issues": {code: [row.number for row in written if code in row.issues] for code in codes},
        "truth": {"source_row": [row.number for row in written], **_columns(written)},
    }


def _columns(written: Sequence[ExpectedRow]) -> dict[str, list[object]]:
    return {
        column: [_plain(row.expected_values[column]) for row in written]
        for column in written[0].expected_values
    }


def _messy(path: Path, name: str, source: Source) -> list[ExpectedRow]:
    rng = random.Random(f"{SEED}:{name}")  # noqa: S311 # nosec B311 # synthetic data, no secret
    blank_line_every = source.blank_line_every and _BLANK_LINE_EVERY
    rows = draw_rows(rng, source, range(1, MESSY_ROWS + 1), EarlierRows())
    _use_every_category(rows)
    write_csv(path, replace(source, blank_line_every=blank_line_every), rows)
    return [expected_row(row, source) for row in rows]


def _use_every_category(rows: Sequence[Row]) -> None:
    """Put every spelling of every category into the file, in rows without duplicates."""
    first_rows = {row.duplicate_of for row in rows}
    written = [row for row in rows if row.outcome == WRITTEN and not row.duplicate_of]
    free = [row for row in written if row.number not in first_rows]
    for index, words in _CATEGORIES.items():
        for row, word in zip(free, words, strict=False):
            row.cells[index] = word


def _plain(value: object) -> object:
    return value.strftime("%Y-%m-%dT%H:%M:%S") if isinstance(value, datetime) else value


def as_json(expected: Mapping[str, Expectation]) -> str:
    """Return JSON with one line a field or column, for readable diffs."""
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(name)}: {_block(fields)}" for name, fields in expected.items())
        + "\n}\n"
    )


def _block(fields: Mapping[str, Any], indent: str = "  ") -> str:
    return "{\n" + ",\n".join(_lines(fields, indent)) + f"\n{indent[2:]}}}"


def _lines(fields: Mapping[str, Any], indent: str) -> Iterable[str]:
    for name, value in fields.items():
        text = _block(value, indent + "  ") if name == "truth" else json.dumps(value)
        yield f"{indent}{json.dumps(name)}: {text}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m samples.golden", description=__doc__)
    parser.add_argument("--out", type=Path, default=GOLDEN, help="folder to write into (default: the gate's)")
    generate(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()

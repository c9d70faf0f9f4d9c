"""Generates the quality gate's golden files, and what every version must make of them."""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from samples import clean, hostile, vocabulary
from samples.delivery import deliver
from samples.meanings import AGE_RANGE, ETHNICITY, GENDER, issues, says
from samples.rows import DUPLICATE, WRITTEN, Earlier, Row, draw_rows
from samples.sources import SOURCES, Source
from samples.told import Told

GOLDEN = Path(__file__).parents[1] / "lambda_src" / "tastetrend_gate" / "golden"
SEED = 2026_11_23
MESSY_ROWS = 240
_BLANK_LINE_EVERY = 60
_NO_REVIEWS = "Reviewer;When;Where\nGuest 1;2023-05-01;Harbor\nGuest 2;2023-05-02;Harbor\n"
_WORDS = {
    AGE_RANGE: vocabulary.AGE_RANGES,
    GENDER: vocabulary.GENDERS,
    ETHNICITY: vocabulary.ETHNICITIES,
}

Expectation = dict[str, Any]


def generate(out: Path = GOLDEN) -> None:
    """Writes the golden files and `expectations.json` into `out`; the same bytes every time."""
    out.mkdir(parents=True, exist_ok=True)
    expected = {"clean.csv": processed(clean.write(out / "clean.csv", SEED))}
    for name, source in SOURCES.items():
        file = f"{name}_messy{Path(source.file).suffix}"
        expected[file] = processed(_messy(out / file, name, source))
    expected["hostile.csv"] = processed(hostile.write(out / "hostile.csv"))
    (out / "no_reviews.csv").write_text(_NO_REVIEWS, encoding="utf-8", newline="")
    expected["no_reviews.csv"] = {"outcome": "refused", "reason": "not_reviews"}
    (out / "expectations.json").write_text(_as_json(expected), encoding="utf-8", newline="\n")


def processed(rows: Sequence[Told]) -> Expectation:
    """What must become of a file with these rows."""
    written = [row for row in rows if row.fate == WRITTEN]
    fates = Counter(row.fate for row in rows)
    reasons = sorted(fates.keys() - {WRITTEN, DUPLICATE})
    codes = sorted({code for row in written for code in row.issues})
    return {
        "outcome": "processed",
        "reason": "",
        "rows": {
            "read": len(rows),
            "written": len(written),
            "rejected": sum(fates[reason] for reason in reasons),
            "duplicate": fates[DUPLICATE],
        },
        "rejected": {reason: [row.number for row in rows if row.fate == reason] for reason in reasons},
        "issues": {code: [row.number for row in written if code in row.issues] for code in codes},
        "truth": {"source_row": [row.number for row in written], **_columns(written)},
    }


def _columns(written: Sequence[Told]) -> dict[str, list[object]]:
    return {column: [_plain(row.says[column]) for row in written] for column in written[0].says}


def _messy(path: Path, name: str, source: Source) -> list[Told]:
    rng = random.Random(f"{SEED}:{name}")  # noqa: S311 - made-up data, no secret
    blank_line_every = source.blank_line_every and _BLANK_LINE_EVERY
    rows = draw_rows(rng, source, range(1, MESSY_ROWS + 1), Earlier())
    _show_every_word(rows)
    deliver(path, replace(source, blank_line_every=blank_line_every), rows)
    return [_told(row, source) for row in rows]


def _show_every_word(rows: Sequence[Row]) -> None:
    """Lets every word for a group of people stand in the file, on rows that no other repeats."""
    repeated = {row.repeats for row in rows}
    free = [row for row in rows if row.fate == WRITTEN and row.number not in repeated]
    for place, words in _WORDS.items():
        for row, word in zip(free, words, strict=False):
            row.cells[place] = word


def _told(row: Row, source: Source) -> Told:
    if row.fate != WRITTEN:
        return Told(row.number, row.fate)
    return Told(row.number, row.fate, says(row, source), tuple(issues(row)))


def _plain(value: object) -> object:
    return value.strftime("%Y-%m-%dT%H:%M:%S") if isinstance(value, datetime) else value


def _as_json(expected: Mapping[str, Expectation]) -> str:
    """JSON with one line a field or column, so that a change can be read."""
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
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m samples.golden", description=__doc__)
    parser.add_argument("--out", type=Path, default=GOLDEN, help="folder to write into (default: the gate's)")
    generate(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()

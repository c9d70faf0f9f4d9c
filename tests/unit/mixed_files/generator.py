"""Writes the mixed files, and says what is true of each of their rows."""

import csv
import gzip
import io
import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.unit.mixed_files.file_table import HEADERS, MixedFile
from tests.unit.mixed_files.written_forms import AMOUNT_VALUES, AMOUNTS, DATES, RATINGS

LANGUAGES = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
NULL_WORDS = ("", "N/A", "null", "-", "None", "#N/A", "\\N")
_FIRST_DAY, _DAYS = datetime(2014, 1, 1), 4_000  # noqa: DTZ001 # the column is naive UTC
_RESTAURANTS = ("Harbour Grill", "Casa Verde", "Blue Lotus")
_PLACES = ("Old Town", "Station Road", "Riverside")
_EMOJI = ("\U0001f600", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\U0001f468\u200d\U0001f373")


@dataclass(eq=False)
class Row:
    """One data row.

    Attributes:
        cells: as delivered, by column.
        values: field → the right cell; `extra` → the columns of no field.
        outcome: `written`, `duplicate` or the reason why it is rejected.
        first: of a duplicate: the row that stays.
        issues: that it has although it is read right.
        number: of the data row, 0 for a blank line.
    """

    cells: dict[str, str]
    values: dict[str, object] = field(default_factory=dict)
    outcome: str = "written"
    first: "Row | None" = None
    issues: frozenset[str] = frozenset()
    number: int = 0


def generate(file: MixedFile, seed: int) -> tuple[bytes, list[Row]]:
    """Return the bytes of a file, and its data rows in their order."""
    numbers = random.Random(f"{file.name} {seed}")  # noqa: S311 # not for cryptography
    rows = list(_reviews(file, numbers))
    if "duplicates" in file.odd:
        _repeat_rows(file, rows, numbers)
    _insert_odd_rows(file, rows)
    _expect_possible_duplicates(rows)
    data_rows = [row for row in rows if row.outcome != "blank"]
    for number, row in enumerate(data_rows, 1):
        row.number = number
    text = _delimited(file, rows) if file.layout == "csv" else _json(file, rows)
    data = text.encode(file.encoding)
    return gzip.compress(data, mtime=0) if "gzip" in file.odd else data, data_rows


def _expect_possible_duplicates(rows: Sequence[Row]) -> None:
    """Mark the reviews with the text, customer, date and restaurant of an earlier one."""
    seen = set()
    for row in rows:
        if row.outcome == "written" and row.values["review_text"] is not None:
            names = ("review_text", "customer_name", "review_date", "restaurant_name")
            key = tuple(row.values.get(name) for name in names)
            row.issues = frozenset({"possible_duplicate"} if key in seen else ())
            seen.add(key)


def _reviews(file: MixedFile, numbers: random.Random) -> Iterator[Row]:
    days = numbers.sample(range(_DAYS), file.rows)
    guest = file.odd.partition("guest=")[2].split(" ")[0]
    for index, day in enumerate(days):
        moment = _FIRST_DAY + timedelta(days=day, seconds=numbers.randrange(86_400))
        row = _review(file, index, moment, numbers)
        if guest and "customer_name" in row.values and index in {file.rows // 3, file.rows // 2}:
            _set(row, file, "customer_name", f"Jan {guest}", f"Jan {guest}")
        if "missing" in file.odd:
            _remove_cells(row, file, index)
        yield row


def _review(file: MixedFile, index: int, moment: datetime, numbers: random.Random) -> Row:
    date, rating = DATES[file.dates], RATINGS[file.ratings]
    stars = numbers.choice([1, 2, 3, 3, 4, 4, 4, 5, 5, 5])
    stars = stars - 0.5 if rating.step < 1 and stars > 1 and numbers.random() < 0.4 else float(stars)
    amount = round(numbers.uniform(8, 180) * numbers.choice([1, 1, 1, 12]), 2)
    language = LANGUAGES[file.language]
    fields = {
        "source_review_id": 2 * (f"R{index + 1_000}",),
        "customer_name": 2 * (numbers.choice(language["names"]),),
        "restaurant_name": 2 * (numbers.choice(_RESTAURANTS),),
        "location": 2 * (numbers.choice(_PLACES),),
        "review_date": (date.write(moment), date.value(moment)),
        "rating": (rating.write(stars), stars),
        "review_text": 2 * (_text(file, index, numbers),),
        "total_spent": (AMOUNTS[file.amounts](amount), AMOUNT_VALUES.get(file.amounts, float)(amount)),
    }
    others = {
        "word": f"w{numbers.randrange(1_000)}",
        "count": str(numbers.randrange(30)),
        "flag": numbers.choice("YN"),
        "title": numbers.choice(language["endings"]).rstrip(".!?。"),
    }
    row = Row({name: (fields[kind][0] if kind in fields else others[kind]) for name, kind in _header(file)})
    row.values = {kind: fields[kind][1] for _, kind in _header(file) if kind in fields}
    row.values["extra"] = {name: others[kind] for name, kind in _header(file) if kind in others}
    return row


def _header(file: MixedFile) -> list[tuple[str, str]]:
    return list(HEADERS[file.header].items())


def _set(row: Row, file: MixedFile, kind: str, cell: str, value: object) -> None:
    for name, each in _header(file):
        if each == kind:
            row.cells[name], row.values[kind] = cell, value


def _text(file: MixedFile, index: int, numbers: random.Random) -> str:
    language = LANGUAGES[file.language]
    parts = [numbers.choice(language[part]) for part in ("dishes", "service", "endings")]
    if index % 7 == 5:
        del parts[numbers.randrange(3)]
    gap = "" if file.language in {"zh", "zh-hant", "ja"} else " "
    if "quotes" in file.odd and index % 5 == 1:
        parts[0] = f'"{parts[0][:-1]}"' if index % 2 else f'{parts[0]}{gap}"{parts[1]}"'
    if "curly" in file.odd and index % 4 == 2:
        parts[-1] = f"“{parts[-1]}” – so it’s…"
    if "delimiters" in file.odd and index % 6 == 2:
        parts[1] += f"{gap}(1{file.delimiter} 2{file.delimiter} 3)"
    if "emoji" in file.odd and index % 4 == 1:
        parts[-1] += f" {_EMOJI[index % len(_EMOJI)]}"
    if "multiline" in file.odd and index % 9 == 4 and file.line_end != "\r":
        gap = "\n\n" if index % 2 else "\n"
    return gap.join(parts)


def _remove_cells(row: Row, file: MixedFile, index: int) -> None:
    """Replace some cells by words for a missing value; never both the rating and the text."""
    word = NULL_WORDS[index % len(NULL_WORDS)]
    turns = {
        "rating": index % 13 == 3,
        "review_text": index % 13 == 7,
        "review_date": index % 17 == 5,
        "customer_name": index % 19 == 2,
        "total_spent": index % 11 == 4,
    }
    for kind, missing in turns.items():
        if missing and kind in row.values:
            _set(row, file, kind, word, None)


def _repeat_rows(file: MixedFile, rows: list[Row], numbers: random.Random) -> None:
    """Add duplicates of four reviews, and two reviews that only look like earlier ones."""
    complete = [row for row in rows if None not in row.values.values()]
    firsts = numbers.sample(complete[: len(complete) // 2], 4)
    added = [_repeat(file, firsts[0])]
    if "source_review_id" in firsts[0].values:
        added.append(_repeat(file, firsts[1], f"{firsts[1].values['source_review_id']}_dup"))
        if "customer_name" in firsts[0].values:
            added.append(_repeat(file, firsts[2], "R9001"))
    if "customer_name" in firsts[0].values:
        added.append(_look_alike(file, firsts[3]))
    middle = len(rows) * 2 // 3
    rows[middle:middle] = added


def _repeat(file: MixedFile, first: Row, new_id: str = "") -> Row:
    row = Row(dict(first.cells), dict(first.values), "duplicate", first)
    if new_id:
        _set(row, file, "source_review_id", new_id, new_id)
    return row


def _look_alike(file: MixedFile, first: Row) -> Row:
    """Return a review that differs in its rating and its id."""
    row = Row(dict(first.cells), dict(first.values))
    _set(row, file, "source_review_id", "R9002", "R9002")
    stars = 1.0 if first.values["rating"] != 1.0 else 5.0
    _set(row, file, "rating", RATINGS[file.ratings].write(stars), stars)
    return row


def _insert_odd_rows(file: MixedFile, rows: list[Row]) -> None:
    header = [name for name, _ in _header(file)]
    third = len(rows) // 3
    if "empty" in file.odd:
        blank = Row(rows[0].cells | _empty(file, "rating", "review_text"), outcome="empty_row")
        rows[third:third] = [blank, Row(dict.fromkeys(header, ""), outcome="empty_row")]
    if "ragged" in file.odd:
        rows.insert(third * 2, Row(dict(list(rows[1].cells.items())[:2]), outcome="ragged"))
    if "header" in file.odd:
        rows.insert(third * 2, Row(dict(zip(header, header, strict=True)), outcome="repeated_header"))
    if "totals" in file.odd:
        total = dict.fromkeys(header, "") | {header[0]: "Total"} | _empty(file, "rating", cell="4.1")
        rows.append(Row(total, outcome="not_a_review"))
    if "blank" in file.odd and file.layout == "csv":
        rows[third:third] = [Row({}, outcome="blank")]
        rows.append(Row({}, outcome="blank"))


def _empty(file: MixedFile, *kinds: str, cell: str = "") -> dict[str, str]:
    return {name: cell for name, kind in _header(file) if kind in kinds}


def _delimited(file: MixedFile, rows: Sequence[Row]) -> str:
    header = [name for name, _ in _header(file)]
    lines = [_line(file, header)]
    lines += [_line(file, list(row.cells.values())) if row.cells else file.line_end for row in rows]
    if "preamble" in file.odd:
        lines[:0] = [f"# Export 2025{file.line_end}", file.line_end]
    return "".join(lines)


def _line(file: MixedFile, cells: Sequence[str]) -> str:
    quoting = csv.QUOTE_MINIMAL if file.quoting in {"minimal", "line"} else csv.QUOTE_ALL
    quote = "'" if file.quoting == "apostrophe" else '"'
    out = io.StringIO()
    csv.writer(
        out, delimiter=file.delimiter, lineterminator=file.line_end, quoting=quoting, quotechar=quote
    ).writerow(cells)
    line = out.getvalue().removesuffix(file.line_end)
    if file.quoting == "line":
        line = '"' + line.replace('"', '""') + '"'
    return line + file.line_end


def _json(file: MixedFile, rows: Sequence[Row]) -> str:
    objects: list[Mapping[str, object]] = [
        {name: _json_value(cell) for name, cell in row.cells.items()} for row in rows
    ]
    names = [name for name, _ in _header(file)]
    table = [list(each.values()) for each in objects]
    if file.layout == "lines":
        return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
    shapes = {
        "array": objects,
        "wrapped": {"status": "ok", "count": len(objects), "reviews": objects},
        "split": {"columns": names, "index": list(range(len(table))), "data": table},
        "columns": {
            name: {str(place): row[column] for place, row in enumerate(table)}
            for column, name in enumerate(names)
        },
    }
    return json.dumps(shapes[file.layout], ensure_ascii=False, indent=1 if file.layout == "array" else None)


def _json_value(cell: str) -> object:
    if cell == "":
        return None
    return json.loads(cell) if cell.isascii() and cell.replace(".", "", 1).isdigit() else cell


def with_seed(file: MixedFile, seed: int) -> MixedFile:
    """Return the same kind of file with another number of rows."""
    return replace(file, rows=max(30, file.rows + (seed * 7) % 23 - 11))

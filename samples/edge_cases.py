"""Writes a golden file of edge cases, one a row."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from samples.expected_rows import ExpectedRow, log_total_spent
from samples.rows import DUPLICATE, EMPTY_ROW, RAGGED_ROW, WRITTEN
from samples.sources import SHARED_COLUMNS, SOURCES

UNCLOSED = "unclosed_quote"
_DELIMITER, _LINE_END, _ENCODING = ";", "\r\n", "cp1252"
_COLUMNS = (*SOURCES["downtown"].columns, *SHARED_COLUMNS)
_UNKNOWN_COLUMN = "loyalty card"
_PLAIN_ROWS = 12  # before and after the cases, so that the format can be inferred


@dataclass(frozen=True)
class Case:
    """One row that differs from a default row.

    Attributes:
        cells: raw column → cell.
        expected_values: unified column → value.
        issues: the row's issue codes.
        outcome: `written`, `duplicate`, or the reason of its rejection.
        cut: number of fields missing at its end; if negative, of surplus fields.
        verbatim: the text is written without CSV quoting.
    """

    cells: Mapping[str, str] = field(default_factory=dict)
    expected_values: Mapping[str, object] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    outcome: str = WRITTEN
    cut: int = 0
    verbatim: bool = False


def _text(text: str) -> Case:
    return Case({"review_text": text})


def _cell(column: str, cell: str, unified: str, value: object, *issues: str) -> Case:
    return Case({column: cell}, {unified: value}, issues)


def _date(cell: str, *moment: int) -> Case:
    return _cell("date", cell, "review_date", datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type,misc]


_EMPTY = {"rating": "", "review_text": "n/a"}
_SAME_TEXT = {"review_id": "007", "review_text": "The same again.", "customer_name": "Guest 7"}
_SAME_ROW_WITHOUT_TEXT = {"review_id": "008", "review_text": "", "customer_name": "Guest 8"}
_SPENT_1234 = {"total_spent": 1234.5, "tip_percentage": 15.0}

CASES = (
    _text("<script>alert(1)</script><img src=x onerror=alert(1)>"),
    _text("=cmd|' /C calc'!A0"),
    _text("+1 @SUM(A1:A9); --"),
    _text("'); DROP TABLE reviews; --"),
    _text("{{7*7}} ${jndi:ldap://localhost/x} %s %n"),
    _text("Crème brûlée, “très bon”: 12 € … naïve"),
    _text("One line,\r\nanother; and a third\nend."),
    _text('They call it "the ""best"" plate".'),
    Case({"review_text": 'A 12" plate, a 5" pie.'}, verbatim=True),
    _text("Nul\0l and v\0oid."),
    _text("Sehr gut. " * 500),
    _cell("rating", "4,5", "rating_1_5", 4.5),
    Case({"rating": "8 out of 10"}, {"rating_1_5": 4.0, "rating_scale": 10.0}),
    Case({"rating": "60%"}, {"rating_1_5": 3.0, "rating_scale": 100.0}),
    _cell("rating", "two stars", "rating_1_5", 2.0),
    _cell("rating", "7/5", "rating_1_5", None, "rating_out_of_scale"),
    Case({"rating": "awful"}, {"rating_1_5": None, "rating_scale": None}, ("rating_unparseable",)),
    Case({"rating": "-"}, {"rating_1_5": None, "rating_scale": None}),
    _date("25/12/2022", 2022, 12, 25),
    _date("31/01/2023", 2023, 1, 31),
    _date("03/04/2023", 2023, 4, 3),
    _date("Jan 5, 2023", 2023, 1, 5),
    _date("20230131", 2023, 1, 31),
    _date("1672531200", 2023, 1, 1),
    _date("2023-01-01T01:30:00+02:00", 2022, 12, 31, 23, 30),
    _cell("date", "31/02/2023", "review_date", None, "date_unparseable"),
    _cell("date", "some day", "review_date", None, "date_unparseable"),
    _cell("date", "0001-01-01", "review_date", None, "date_out_of_range"),
    _cell("date", "2999-01-01", "review_date", None, "date_out_of_range"),
    Case({"total_spent": "1.234,50 €"}, _SPENT_1234),
    Case({"total_spent": "$1,234.50"}, _SPENT_1234),
    _cell("total_spent", "USD 12", "total_spent", 12.0),
    _cell("total_spent", "free", "total_spent", None, "total_spent_unparseable"),
    _cell("total_spent", "-5", "total_spent", None, "total_spent_negative"),
    Case(
        {"total_spent": "10", "tip_amount": "20", "tip_percentage": ""},
        {"total_spent": 10.0, "tip_amount": 20.0, "tip_percentage": 30.0},
        ("tip_exceeds_spend", "tip_percentage_capped"),
    ),
    _cell("tip_percentage", "400%", "tip_percentage", 30.0, "tip_percentage_capped"),
    _cell("party_size", "0", "party_size", None, "party_size_out_of_range"),
    _cell("party_size", "1000000000", "party_size", None, "party_size_out_of_range"),
    _cell("party_size", "2.5", "party_size", None, "party_size_unparseable"),
    _cell("gender", "Dragon", "gender_norm", None, "unmapped_category"),
    _cell("gender", " MALE ", "gender_norm", "male"),
    _cell("gender", "nonbinary", "gender_norm", "non_binary"),
    _cell("gender", "N/A", "gender_norm", None),
    _cell("ethnicity", "Martian", "ethnicity_norm", None, "unmapped_category"),
    _cell("ethnicity", "Black/African American", "ethnicity_norm", "african_american"),
    _cell("age_range", "over 30", "age_group", None, "unmapped_category"),
    _cell("age_range", "18 to 25", "age_group", "young_adult"),
    Case({_UNKNOWN_COLUMN: "gold"}),
    Case(_SAME_TEXT),
    Case({**_SAME_TEXT, "review_id": "007_dup"}, outcome=DUPLICATE),
    Case(_SAME_ROW_WITHOUT_TEXT),
    Case(_SAME_ROW_WITHOUT_TEXT, outcome=DUPLICATE),
    Case({"review_text": ""}),
    Case({"review_text": "NULL"}),
    Case(_EMPTY, outcome=EMPTY_ROW),
    Case(dict.fromkeys((*_COLUMNS, _UNKNOWN_COLUMN), ""), outcome=EMPTY_ROW),
    Case(cut=9, outcome=RAGGED_ROW),
    Case(cut=-3, outcome=RAGGED_ROW),
    Case({"review_text": '"A quote that nobody closes.'}, verbatim=True, outcome=UNCLOSED),
)


def write(path: Path) -> list[ExpectedRow]:
    """Write the file and return its expected rows."""
    cases = [*[Case()] * _PLAIN_ROWS, *CASES, *[Case()] * _PLAIN_ROWS]
    lines = [_line([*_COLUMNS, _UNKNOWN_COLUMN])]
    lines += [_csv_line(number, case) for number, case in enumerate(cases, 1)]
    path.write_bytes("".join(lines).encode(_ENCODING))
    return [_expected_row(number, case) for number, case in enumerate(cases, 1)]


def _default_cells(number: int) -> dict[str, str]:
    return {
        "review_id": str(number),
        "customer_name": f"Guest {number}",
        "date": "2023-05-01 19:30:00",
        "rating": "4",
        "review_text": f"As it should be. Bill HO-{number:07d}.",
        "location": "Old Town",
        "business_name": "Café Único",
        "total_spent": "40.00",
        "tip_amount": "6.00",
        "tip_percentage": "15",
        "party_size": "2",
        "age_range": "26-35",
        "gender": "F",
        "ethnicity": "Asian",
        _UNKNOWN_COLUMN: "",
    }


def _csv_line(number: int, case: Case) -> str:
    cells = list((_default_cells(number) | dict(case.cells)).values())
    if case.verbatim:
        return _DELIMITER.join(cells) + _LINE_END
    return _line(cells[: len(cells) - case.cut] if case.cut > 0 else [*cells, *["more"] * -case.cut])


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=_DELIMITER, lineterminator=_LINE_END).writerow(cells)
    return line.getvalue()


def _expected_row(number: int, case: Case) -> ExpectedRow:
    if case.outcome != WRITTEN:
        return ExpectedRow(number, case.outcome)
    values: dict[str, object] = {
        "review_date": datetime(2023, 5, 1, 19, 30, tzinfo=UTC),
        "rating_1_5": 4.0,
        "rating_scale": 5.0,
        "total_spent": 40.0,
        "log_total_spent": None,
        "tip_amount": 6.0,
        "tip_percentage": 15.0,
        "party_size": 2.0,
        "location": "Old Town",
        "age_group": "adult",
        "gender_norm": "female",
        "ethnicity_norm": "asian",
        **case.expected_values,
    }
    values["log_total_spent"] = log_total_spent(values["total_spent"])
    return ExpectedRow(number, WRITTEN, values, case.issues)

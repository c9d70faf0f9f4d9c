"""Golden files of invented cells are read as their generator expects, in each encoding and shape."""

import pytest

from ops.local_gate import process_local
from samples.formats import MoneyFormat
from samples.invented import FileShape, write_golden_file
from tastetrend_etl.sources.config import Source

COLUMNS = {
    "source_review_id": "nr",
    "customer_name": "gast",
    "review_date": "tag",
    "rating": "punkte",
    "review_text": "eindruck",
    "location": "ort",
    "restaurant_name": "haus",
    "total_spent": "betrag",
    "tip_amount": "trinkgeld",
    "party_size": "personen",
    "age_range": "alter",
    "gender": "geschlecht",
    "ethnicity": "herkunft",
}


def read(path, shape):
    expected = write_golden_file(path, shape)
    source = Source("known", headers=shape.header, columns=shape.columns, null_words=shape.null_words)
    report, result = process_local("a.csv", path.read_bytes(), [source])
    return expected, report, result


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp866", "cp1253"],
)
def test_the_texts_show_the_encoding(encoding, tmp_path):
    expected, report, result = read(
        tmp_path / "a.csv", FileShape("a", tuple(COLUMNS.values()), COLUMNS, ";", encoding)
    )

    texts = [row.expected_values["review_text"] for row in expected if row.outcome == "written"]
    assert report["encoding"] == encoding
    assert list(result.table["review_text"]) == texts


@pytest.mark.parametrize("dropped", [{}, {"review_text"}, {"rating"}, {"source_review_id", "customer_name"}])
@pytest.mark.parametrize("delimiter", [",", "\t", "||", ""])
def test_every_row_has_the_expected_outcome_and_cells(dropped, delimiter, tmp_path):
    columns = {field: raw for field, raw in COLUMNS.items() if field not in dropped}
    shape = FileShape(
        "b",
        (*columns.values(), "tisch"),
        columns,
        delimiter,
        amounts=(MoneyFormat("{:,.2f} €", comma=True), MoneyFormat("{:.0f}", digits=0)),
        null_words=("k.a.",),
        categories={"gender": {"m": "male", "x": None}},
    )

    expected, _, result = read(tmp_path / "a.csv", shape)

    written = [row for row in expected if row.outcome == "written"]
    assert result.rows["written"] == len(written)
    assert result.rejected == {
        row.number: row.outcome for row in expected if row.outcome not in {"written", "duplicate"}
    }
    for row in written:
        cells = result.table.loc[row.number]
        for column, value in row.expected_values.items():
            if value is None:
                assert str(cells[column]) in {"<NA>", "NaT"}, (row, column)
            else:
                assert cells[column] == (pytest.approx(value) if isinstance(value, float) else value)
        assert list(cells["issues"]) == list(row.issues)


def test_the_same_shape_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_golden_file(tmp_path / name, FileShape("c", tuple(COLUMNS.values()), COLUMNS))

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

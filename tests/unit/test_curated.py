"""A curated part has the rows of its dataset, with pseudonyms instead of names."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tastetrend_etl.curated import CURATED_REVIEWS, write_curated_reviews
from tastetrend_etl.parquet_writer import open_parquet_writer
from tastetrend_etl.pseudonym import PseudonymKey, pseudonym
from tastetrend_etl.schema import REVIEWS

KEY = PseudonymKey(b"a key", "version 1")
NAMES = [None, "Ada Lovelace", "ADA  LOVELACE", "Bob"]
ROWS = [
    {
        "review_id": f"{row:032x}",
        "source_file": "a.csv",
        "source_row": row,
        "customer_name": NAMES[row % 4],
        "location": "Uptown",
        "rating_scale": 5,
        "review_text": f"text {row}",
        "issues": ["rating_missing"] * (row % 3),
        "extra": '{"phone": "555-0100"}',
    }
    for row in range(90)
]


@pytest.fixture
def curated(tmp_path):
    """Return a function that writes row groups as a dataset, and returns the file of its curated part."""

    def write(groups):
        dataset, target = tmp_path / "dataset.parquet", tmp_path / "curated.parquet"
        with open_parquet_writer(dataset, REVIEWS, {"source_key": "a.csv"}) as writer:
            for rows in groups:
                writer.write_batch(pa.RecordBatch.from_pylist(rows, REVIEWS).cast(writer.schema))
        write_curated_reviews(dataset, target, KEY)
        return target

    return write


def test_the_columns_are_the_contracts_without_names_and_unknown_columns():
    without = [name for name in CURATED_REVIEWS.names if not name.startswith("customer_")]

    assert without == [name for name in REVIEWS.names if name not in {"customer_name", "extra"}]
    assert {"customer_pseudonym", "customer_key_version"} < set(CURATED_REVIEWS.names)


def test_the_rows_are_the_datasets(curated):
    table = pq.read_table(curated([ROWS[:40], ROWS[40:]]))

    assert table.schema.equals(CURATED_REVIEWS)
    same = [name for name in CURATED_REVIEWS.names if not name.startswith("customer_")]
    assert table.select(same).to_pylist() == pa.Table.from_pylist(ROWS, REVIEWS).select(same).to_pylist()


def test_a_name_is_replaced_by_its_pseudonym_with_the_keys_version(curated):
    rows = pq.read_table(curated([ROWS])).to_pylist()

    ada, bob = pseudonym("Ada Lovelace", KEY), pseudonym("Bob", KEY)
    assert [row["customer_pseudonym"] for row in rows[:8]] == [None, ada, ada, bob] * 2
    assert [row["customer_key_version"] for row in rows[:4]] == [None, *["version 1"] * 3]


def test_neither_a_name_nor_a_cell_of_an_unknown_column_is_in_its_bytes(curated):
    content = curated([ROWS]).read_bytes().lower()

    assert [word for word in (b"lovelace", b"bob", b"555-0100", b"phone") if word in content] == []


def test_it_has_the_row_groups_and_the_footer_of_the_dataset(curated):
    metadata = pq.ParquetFile(curated([ROWS[:10], ROWS[10:30], ROWS[30:]])).metadata

    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [10, 20, 60]
    assert metadata.metadata == {b"source_key": b"a.csv"}


@pytest.mark.parametrize("groups", [[], [[]]], ids=["no row group", "an empty row group"])
def test_a_dataset_without_rows_has_a_part_without_rows(groups, curated):
    assert pq.read_table(curated(groups)).num_rows == 0


def test_one_row_group_at_a_time_is_read(curated, monkeypatch):
    read = []
    read_row_group = pq.ParquetFile.read_row_group

    def record(self, group, columns):
        read.append(group)
        return read_row_group(self, group, columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", record)
    monkeypatch.setattr(pq.ParquetFile, "read", None)

    curated([ROWS[:10], ROWS[10:]])

    assert read == [0, 1]

"""The encoding of a dataset's columns."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tastetrend_etl import schema
from tastetrend_etl.parquet_writer import open_parquet_writer


@pytest.mark.parametrize("columns", [schema.REVIEWS, schema.RESTAURANTS])
def test_every_column_except_the_random_id_is_compressed(columns, tmp_path):
    row = pa.RecordBatch.from_pylist([{"source_row": 1, "issues": ["date_unparseable"]}], columns)
    with open_parquet_writer(tmp_path / "d.parquet", columns, {}) as writer:
        writer.write_batch(row.cast(writer.schema))

    group = pq.ParquetFile(tmp_path / "d.parquet").metadata.row_group(0)
    uncompressed = {
        column.path_in_schema
        for column in map(group.column, range(group.num_columns))
        if column.compression != "SNAPPY"
    }
    assert uncompressed == ({"review_id"} if "review_id" in columns.names else set())


def test_columns_that_readers_filter_by_have_statistics(tmp_path):
    row = {"source_row": 1, "location": "Uptown", "restaurant_name": "A", "source_file": "a.csv"}
    with open_parquet_writer(tmp_path / "d.parquet", schema.REVIEWS, {}) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist([row], schema.REVIEWS).cast(writer.schema))

    group = pq.ParquetFile(tmp_path / "d.parquet").metadata.row_group(0)
    columns = {each.path_in_schema: each for each in map(group.column, range(group.num_columns))}
    known = {name for name, column in columns.items() if column.is_stats_set}
    assert {"source_file", "restaurant_name", "location", "rating_scale", "rating_1_5", "gender_norm"} < known
    assert columns["location"].statistics.min == columns["location"].statistics.max == "Uptown"
    assert columns["rating_scale"].statistics.null_count == 1
    assert known.isdisjoint({"review_text", "review_id", "extra", "customer_name"})

"""Writes a dataset batch by batch to a local parquet file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# Columns whose values repeat; for the others, a dictionary would be built and then discarded.
_DICTIONARY_COLUMNS = [
    "source_file", "customer_name", "customer_pseudonym", "customer_key_version", "location",
    "restaurant_name", "rating_raw", "rating_scale", "rating_1_5", "tip_amount", "tip_percentage",
    "party_size", "age_range", "gender", "ethnicity", "age_group", "gender_norm", "ethnicity_norm",
    "issues.list.element", "address",
]  # fmt: skip
# Columns that readers filter by; minimum and maximum of the others only cost time.
_STATISTICS_COLUMNS = [
    "source_file", "source_row", "restaurant_name", "location", "review_date", "rating_scale", "rating_1_5",
    "review_length", "total_spent", "tip_amount", "tip_percentage", "party_size",
    "age_group", "gender_norm", "ethnicity_norm",
    "reason", "duplicate_of", "avg_stars", "total_reviews",
]  # fmt: skip
# Random digits: snappy saves a tenth of the size and takes four times as long.
_UNCOMPRESSED_COLUMNS = ["review_id"]


@contextmanager
def open_parquet_writer(
    path: Path, schema: pa.Schema, footer_metadata: Mapping[str, str]
) -> Iterator[pq.ParquetWriter]:
    """Open a parquet file for writing; `footer_metadata` is added to its footer."""
    columns = [_path(field) for field in schema]
    with pq.ParquetWriter(
        path,
        encoded_schema(schema),
        compression={name: "none" if name in _UNCOMPRESSED_COLUMNS else "snappy" for name in columns},
        use_dictionary=[name for name in columns if name in _DICTIONARY_COLUMNS],
        write_statistics=[name for name in columns if name in _STATISTICS_COLUMNS],
        store_schema=False,
    ) as writer:
        yield writer
        writer.add_key_value_metadata(dict(footer_metadata))


def _path(field: pa.Field) -> str:
    """Return parquet's path of a column: of a list, that of its values."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name


def encoded_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema with repeating strings as dictionaries; in the file they are strings all the same."""
    dictionary = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        field.with_type(dictionary)
        if field.type == pa.string() and field.name in _DICTIONARY_COLUMNS
        else field
        for field in schema
    )


def count_rows(path: Path) -> int:
    """Return the number of rows in a parquet file, from its footer."""
    return int(pq.ParquetFile(path).metadata.num_rows)

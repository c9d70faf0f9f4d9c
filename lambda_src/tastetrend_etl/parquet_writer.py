"""Writes a dataset batch by batch into the staging area."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# Columns whose values repeat; a dictionary of the others would be built only to be given up.
_DICTIONARY_COLUMNS = [
    "source_file", "customer_name", "location", "restaurant_name", "rating_raw", "rating_scale", "rating_1_5",
    "tip_amount", "tip_percentage", "party_size", "age_range", "gender",
    "ethnicity", "age_group", "gender_norm", "ethnicity_norm", "issues.list.element", "address",
]  # fmt: skip
# Columns that readers narrow down by range; the least and greatest of the others cost time and tell nothing.
_STATISTICS_COLUMNS = ["source_row", "review_date", "rating_1_5", "review_length", "total_spent"]
# Columns of random digits, which snappy makes a tenth smaller in four times the time.
_UNCOMPRESSED_COLUMNS = ["review_id"]


@contextmanager
def open_parquet_writer(
    path: Path, schema: pa.Schema, facts: Mapping[str, str]
) -> Iterator[pq.ParquetWriter]:
    """Open a parquet file for writing.

    Args:
        path: where it goes.
        schema: its columns.
        facts: what its footer says of its origin.
    """
    columns = [_path(field) for field in schema]
    with pq.ParquetWriter(
        path,
        _encoded(schema),
        compression={name: "none" if name in _UNCOMPRESSED_COLUMNS else "snappy" for name in columns},
        use_dictionary=[name for name in columns if name in _DICTIONARY_COLUMNS],
        write_statistics=[name for name in columns if name in _STATISTICS_COLUMNS],
        store_schema=False,
    ) as writer:
        yield writer
        writer.add_key_value_metadata(dict(facts))


def _path(field: pa.Field) -> str:
    """Return parquet's name of a column: that of a list is what its values are called."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name


def _encoded(schema: pa.Schema) -> pa.Schema:
    """Say that repeating texts come as dictionaries; in the file they are plain texts all the same."""
    texts = [
        field.name for field in schema if field.type == pa.string() and field.name in _DICTIONARY_COLUMNS
    ]
    for name in texts:
        place = schema.get_field_index(name)
        schema = schema.set(place, pa.field(name, pa.dictionary(pa.int32(), pa.string())))
    return schema


def count_rows(path: Path) -> int:
    """Return how many rows a finished dataset holds, read from the file itself."""
    return int(pq.ParquetFile(path).metadata.num_rows)

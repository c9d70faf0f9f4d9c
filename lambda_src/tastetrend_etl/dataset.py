"""Writes a dataset batch by batch into the staging area."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# Columns whose values repeat; a dictionary of the others would be built only to be given up.
REPEATING = [
    "source_file", "customer_name", "location", "restaurant_name", "rating_raw", "rating_scale", "rating_1_5",
    "total_spent", "tip_amount", "log_total_spent", "tip_percentage", "party_size", "age_range", "gender",
    "ethnicity", "age_group", "gender_norm", "ethnicity_norm", "issues.list.element", "address",
]  # fmt: skip


@contextmanager
def open_dataset(path: Path, schema: pa.Schema, facts: Mapping[str, str]) -> Iterator[pq.ParquetWriter]:
    """Open a parquet file for writing.

    Args:
        path: where it goes.
        schema: its columns.
        facts: what its footer says of its origin.
    """
    columns = [name for name in REPEATING if name.split(".")[0] in schema.names]
    with pq.ParquetWriter(
        path, schema, compression="snappy", use_dictionary=columns, store_schema=False
    ) as writer:
        yield writer
        writer.add_key_value_metadata(dict(facts))


def count_rows(path: Path) -> int:
    """Return how many rows a finished dataset holds, read from the file itself."""
    return int(pq.ParquetFile(path).metadata.num_rows)

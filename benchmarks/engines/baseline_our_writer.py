"""The baseline with our writer's dictionaries, and without statistics."""

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.engines.baseline import open_reader
from benchmarks.task import Balance, Task
from tastetrend_etl.parquet_writer import encoded_schema


def run(task: Task) -> Balance:
    """Copy all records except ragged ones."""
    reader = open_reader(task)
    repeating = [field.name for field in encoded_schema(reader.schema) if pa.types.is_dictionary(field.type)]
    rows = 0
    with pq.ParquetWriter(
        task.out, reader.schema, compression="snappy", use_dictionary=repeating, write_statistics=False
    ) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return Balance(rows, rows, 0, 0)

"""The minimum of work: Arrow's streaming CSV reader into its parquet writer, every column as text.

The settings are the defaults, except for the format of the files and for one thread.
"""

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from benchmarks.task import FIELDS, Balance, Task


def run(task: Task) -> Balance:
    """Copy all records except ragged ones."""
    reader = open_reader(task)
    rows = 0
    with pq.ParquetWriter(task.out, reader.schema, compression="snappy") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return Balance(rows, rows, 0, 0)


def open_reader(task: Task) -> pc.CSVStreamingReader:
    """Open the file as record batches of text."""
    return pc.open_csv(
        task.path,
        read_options=pc.ReadOptions(use_threads=False, column_names=FIELDS, skip_rows=1),
        parse_options=pc.ParseOptions(
            delimiter=task.delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
        convert_options=pc.ConvertOptions(column_types={name: pa.string() for name in FIELDS}),
    )

"""The floor, and the least that the contract adds to it whatever the rules: an identity and a second text.

Every row is hashed once to find repeats and once for its fingerprint, and its text is written twice. No cell
is read, no row rejected, no repeat dropped, nothing reported. Long columns are spared dictionaries and
statistics, and ids compression, as ours are.
"""

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.contenders import floor
from benchmarks.task import FIELDS, Balance, Task
from tastetrend_etl.transform.deduplicate import hash64
from tastetrend_etl.transform.review_id import fingerprints, hexadecimal
from tastetrend_etl.transform.text import as_bytes

_IDENTIFYING = ("customer_name", "review_date", "restaurant_name", "source_review_id", "rating")


def run(task: Task) -> Balance:
    """Copy what can be parsed, with the columns that every row must be given."""
    reader = floor.open_reader(task)
    schema = reader.schema
    for name in ("review_id", "review_text_trunc"):
        schema = schema.append(pa.field(name, pa.string()))
    repeating = [name for name in FIELDS if name != "review_text"]
    rows = 0
    with pq.ParquetWriter(
        task.out,
        schema,
        compression={name: "none" if name == "review_id" else "snappy" for name in schema.names},
        use_dictionary=repeating,
        write_statistics=False,
    ) as writer:
        for batch in reader:
            writer.write_batch(_extended(batch))
            rows += batch.num_rows
    return Balance(rows, rows, 0, 0)


def _extended(batch: pa.RecordBatch) -> pa.RecordBatch:
    texts = as_bytes(batch["review_text"])
    hash64(texts)
    identity = fingerprints(texts, *(batch[name] for name in _IDENTIFYING))
    batch = batch.append_column("review_id", hexadecimal(identity))
    return batch.append_column("review_text_trunc", batch["review_text"])

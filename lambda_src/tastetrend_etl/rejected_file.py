"""Writes the rejected and the duplicate rows of a file, in its order, to a local parquet file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tastetrend_etl.models import RejectedRow
from tastetrend_etl.parquet_writer import open_parquet_writer
from tastetrend_etl.parse.rejected_rows import RejectedRows
from tastetrend_etl.schema import REJECTED


class RejectedFile:
    """The rows of a raw file that are not in its dataset, written batch by batch.

    Only rejected rows that come before their turn are in memory: parsing a block finds the broken records of
    all its batches.
    """

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._rejected = RejectedRows()

    def reject(self, rows: Iterable[RejectedRow]) -> None:
        """Add rejected rows.

        Raises:
            RejectedFileError: `too_many_rejected`.
        """
        self._rejected.extend(rows)

    def write(self, duplicates: pa.RecordBatch, last: int) -> None:
        """Write duplicates, in the columns of `REJECTED`, and the rejected rows up to the number `last`."""
        self._write(self._rejected.take(last), duplicates)

    def write_rest(self) -> None:
        """Write the rejected rows that are left."""
        self._write(self._rejected.take(), pa.RecordBatch.from_pylist([], REJECTED))

    def _write(self, rejected: list[RejectedRow], duplicates: pa.RecordBatch) -> None:
        table = pa.Table.from_batches([duplicates])
        if rejected:
            rows = pa.Table.from_pylist([vars(row) for row in rejected], REJECTED)
            table = pa.concat_tables([table, rows]).sort_by("source_row")
        if table.num_rows:
            self._writer.write_table(table)


@contextmanager
def open_rejected_file(path: Path, rejected: Iterable[RejectedRow]) -> Iterator[RejectedFile]:
    """Open the file for writing; the first rows are already rejected.

    Raises:
        RejectedFileError: `too_many_rejected`.
    """
    with open_parquet_writer(path, REJECTED, {}) as writer:
        file = RejectedFile(writer)
        file.reject(rejected)
        yield file
        file.write_rest()

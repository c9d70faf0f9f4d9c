"""Writes rows in the CSV dialect of their source: encoding, delimiter, line ends and blank lines."""

import csv
from collections.abc import Iterable
from pathlib import Path

from samples.rows import Row
from samples.sources import Source


def write_csv(path: Path, source: Source, rows: Iterable[Row]) -> None:
    """Write the header and the rows one by one, in constant memory."""
    with path.open("w", encoding=source.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=source.delimiter, lineterminator=source.newline)
        writer.writerow(source.header)
        for row in rows:
            writer.writerow(row.cells)
            if source.blank_line_every and row.number % source.blank_line_every == 0:
                file.write(source.newline)

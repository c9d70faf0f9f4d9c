"""Writes rows as their source delivers them: its encoding, delimiter, line ends and blank lines."""

import csv
from collections.abc import Iterable
from pathlib import Path

from samples.rows import Row
from samples.sources import Source


def deliver(path: Path, source: Source, rows: Iterable[Row]) -> None:
    """Writes the header and then row after row, so that any number of rows takes no more memory than one."""
    with path.open("w", encoding=source.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=source.delimiter, lineterminator=source.newline)
        writer.writerow(source.header)
        for row in rows:
            writer.writerow(row.cells)
            if source.blank_line_every and row.number % source.blank_line_every == 0:
                file.write(source.newline)

"""Collects the rejected rows of a file within a size limit."""

from collections.abc import Iterable
from sys import maxsize

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_REJECTED_CHARACTERS, MAX_REJECTED_ROWS
from tastetrend_etl.models import RejectedRow


class RejectedRows:
    """The rejected rows so far that are not taken, as many as fit in memory and a person can read."""

    def __init__(self, rows: Iterable[RejectedRow] = ()) -> None:
        self.rows: list[RejectedRow] = []
        self._count = self._characters = 0
        self.extend(rows)

    def take(self, last: int = maxsize) -> list[RejectedRow]:
        """Return the rows up to the row number `last`, and forget them; the limit still counts them."""
        taken = [row for row in self.rows if row.source_row <= last]
        if taken:
            self.rows = [row for row in self.rows if row.source_row > last]
        return taken

    def extend(self, rows: Iterable[RejectedRow]) -> None:
        """Add rows.

        Raises:
            RejectedFileError: `too_many_rejected`.
        """
        for row in rows:
            self.rows.append(row)
            self._count += 1
            self._characters += len(row.raw)
            if self._count > MAX_REJECTED_ROWS or self._characters > MAX_REJECTED_CHARACTERS:
                raise RejectedFileError(
                    "too_many_rejected",
                    f"more than {MAX_REJECTED_ROWS:,} rows, or {MAX_REJECTED_CHARACTERS:,} characters of "
                    "them, are rejected; check the export, or split the file",
                )

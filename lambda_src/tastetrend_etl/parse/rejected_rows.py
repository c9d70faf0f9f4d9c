"""Collects the rejected rows of a file within a size limit."""

from collections.abc import Iterable

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_REJECTED_CHARACTERS, MAX_REJECTED_ROWS
from tastetrend_etl.models import RejectedRow


class RejectedRows:
    """The rejected rows so far, as many as fit in memory and a person can read."""

    def __init__(self, rows: Iterable[RejectedRow] = ()) -> None:
        self.rows: list[RejectedRow] = []
        self._characters = 0
        self.extend(rows)

    def extend(self, rows: Iterable[RejectedRow]) -> None:
        """Add rows.

        Raises:
            RejectedFileError: `too_many_rejected`.
        """
        for row in rows:
            self.rows.append(row)
            self._characters += len(row.raw)
            if len(self.rows) > MAX_REJECTED_ROWS or self._characters > MAX_REJECTED_CHARACTERS:
                raise RejectedFileError(
                    "too_many_rejected",
                    f"more than {MAX_REJECTED_ROWS:,} rows, or {MAX_REJECTED_CHARACTERS:,} characters of "
                    "them, are rejected; check the export, or split the file",
                )

"""Step 3: removes the rows that deliver an earlier row of the file again, and marks those that may."""

from array import array
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import schema
from tastetrend_etl.models import ColumnMapping, Mask, RawBatch
from tastetrend_etl.transform.filter_rows import csv_lines
from tastetrend_etl.transform.key_table import KeyTable
from tastetrend_etl.transform.review_id import fingerprints, number_occurrences, without_repeat_suffix
from tastetrend_etl.transform.row_numbers import find_row_numbers
from tastetrend_etl.transform.select_fields import ReviewFields, is_missing
from tastetrend_etl.transform.text import as_bytes, undecodable_rows
from tastetrend_etl.transform.words import ANONYMOUS_NAMES

_ANONYMOUS = pa.array(ANONYMOUS_NAMES)
_MULTIPLIER = np.int64(-7046029254386353131)  # 2**64 by the golden ratio: scatters what differs in a few bits


@dataclass(frozen=True)
class UniqueReviews:
    """The reviews of a batch that repeat no earlier row, and the rows that do.

    Attributes:
        fields: the cells of the reviews.
        fingerprints: int64, shape (rows, 2): the ids of the reviews; no two in a file are equal.
        undecodable: mask of the reviews with cells that could not be decoded.
        possible_duplicate: mask of the reviews that are like an earlier one.
        duplicates: the other rows, in the columns of `schema.REJECTED`.
    """

    fields: ReviewFields
    fingerprints: np.ndarray
    undecodable: Mask
    possible_duplicate: Mask
    duplicates: pa.RecordBatch


class Deduplicator:
    """Remembers the rows of one file, of about so many rows, across its batches."""

    def __init__(self, expected_rows: int = 0) -> None:
        self._rows, self._alike = KeyTable(expected_rows), KeyTable(expected_rows)
        self._occurrences = KeyTable()
        self._source_ids = array("q")  # appends in place: 8 bytes a row
        self._row_numbers: frozenset[int] | None = None

    @property
    def conflicting_ids(self) -> int:
        """Return the number of source ids that more than one review has."""
        ids = np.frombuffer(self._source_ids, np.int64)
        ids.sort()  # in place: to count each id by `np.unique` would take 16 bytes a row more
        return len(np.unique(ids[1:][ids[1:] == ids[:-1]]))

    def row_numbers(self, raw: RawBatch, columns: ColumnMapping) -> frozenset[int]:
        """Return the positions of the columns that number the rows, as the file's first batch shows them."""
        if self._row_numbers is None:
            self._row_numbers = find_row_numbers(raw, columns)
        return self._row_numbers

    def first_rows(self, keys: np.ndarray, candidates: Mask, source_rows: np.ndarray) -> np.ndarray:
        """Remember the candidates' keys with their row numbers.

        Args:
            keys: int64, shape (rows,).
            candidates: mask of the rows that can be duplicates.
            source_rows: int64, shape (rows,).

        Returns:
            int64, shape (rows,): the number of the first row with the same key; 0 where there is none before.
        """
        first = np.zeros(len(keys), np.int64)
        places = np.flatnonzero(candidates)
        repeated = places[self._rows.add(keys[places], source_rows[places].astype(np.int32))]
        first[repeated] = self._rows.get(keys[repeated])
        return first

    def count_occurrences(self, keys: np.ndarray, rows: Mask) -> np.ndarray:
        """Return, int64 of shape (rows,), how often each of some rows' keys occurred before; 0 in others."""
        occurrences = np.zeros(len(keys), np.int64)
        if rows.any():
            occurrences[rows] = self._occurrences.count(keys[rows])
        return occurrences

    def mark_alike(self, keys: np.ndarray, rows: Mask) -> Mask:
        """Remember some rows' keys; return the mask of those known before."""
        alike = np.zeros(len(keys), bool)
        alike[rows] = self._alike.add(keys[rows])
        return alike

    def add_source_ids(self, hashes: np.ndarray) -> None:
        """Remember the hashed source ids of unique reviews, for `conflicting_ids`."""
        self._source_ids.frombytes(hashes.tobytes())


def deduplicate(
    fields: ReviewFields, candidates: Mask, raw: RawBatch, columns: ColumnMapping, deduplicator: Deduplicator
) -> UniqueReviews:
    """Return the candidates that deliver no earlier row again, and those that do.

    Rows with equal cells are one review only if they have an id, a customer, or both a date and a text; those
    with a text, a customer and a date even under different ids. Others are alike by chance, and so are those
    of which some cells could not be decoded: the bytes may have differed.
    """
    ids = without_repeat_suffix(fields.ids)
    customer, date = _names_customer(fields), ~fields.columns["review_date"].missing()
    text = np.asarray(fields.text.is_valid())
    undecodable = _undecodable_rows(fields, raw)
    identifiable = customer | (date & text)
    identifiable[~identifiable] = ~is_missing(ids.filter(pa.array(~identifiable)), columns.source.null_words)
    identifiable &= ~undecodable
    row_numbers = deduplicator.row_numbers(raw, columns)
    hashes = fingerprints(fields, ids, text & customer & date, raw, columns, row_numbers)
    keys = hashes[:, 0]
    duplicate_of = deduplicator.first_rows(keys, candidates & identifiable, raw.source_rows)
    kept = candidates & (duplicate_of == 0)
    occurrences = deduplicator.count_occurrences(keys, kept & ~identifiable)
    alike = deduplicator.mark_alike(_review_keys(fields), kept & text) | (occurrences > 0)
    unique = fields.filter(kept)
    deduplicator.add_source_ids(hash_cells(unique.ids.filter(pc.not_equal(unique.ids, ""))))
    return UniqueReviews(
        unique,
        number_occurrences(hashes[kept], occurrences[kept]),
        undecodable[kept],
        alike[kept],
        duplicate_rows(raw, duplicate_of),
    )


def _undecodable_rows(fields: ReviewFields, raw: RawBatch) -> Mask:
    if not raw.may_be_undecodable:
        return np.zeros(len(fields.text), bool)
    return undecodable_rows((fields.text, fields.ids, fields.extra), fields.columns.values())


def _names_customer(fields: ReviewFields) -> Mask:
    """Return the mask of the rows whose customer is a name, not a word such as `Anonymous`."""
    column = fields.columns["customer_name"]
    anonymous = pc.is_in(pc.utf8_lower(column.values), value_set=_ANONYMOUS)
    named: Mask = np.asarray(pc.and_not(column.values.is_valid(), anonymous))[column.codes]
    return named


def duplicate_rows(raw: RawBatch, duplicate_of: np.ndarray) -> pa.RecordBatch:
    """Return the rows whose `duplicate_of`, int64 of shape (rows,), is not 0, in `REJECTED` columns."""
    rows = np.flatnonzero(duplicate_of)
    columns = [
        pa.array(raw.source_rows[rows]),
        pa.repeat(schema.DUPLICATE, len(rows)),
        csv_lines(raw.cells, rows),
        pa.array(duplicate_of[rows]),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema.REJECTED)


def hash64(values: list[bytes | None]) -> np.ndarray:
    """Return one int64 hash per value, valid in this process only."""
    return np.fromiter(map(hash, values), np.int64, len(values))


def hash_cells(values: pa.StringArray) -> np.ndarray:
    """Return the same for an array."""
    return hash64(as_bytes(values))


def combine_hashes(*columns: np.ndarray) -> np.ndarray:
    """Return one int64 hash per row from those of its cells, whose order and number matter."""
    hashes = np.full(
        len(columns[0]), len(columns), np.int64
    )  # empty cells hash to 0, but their number counts
    for column in columns:
        hashes = hashes * _MULTIPLIER + column  # wraps around
    return hashes


def _review_keys(fields: ReviewFields) -> np.ndarray:
    """Return each row's hash of its text, customer, date and restaurant."""
    same = (fields.columns[name] for name in ("customer_name", "review_date", "restaurant_name"))
    others = (hash_cells(column.values)[column.codes] for column in same)
    return combine_hashes(hash64(fields.text_bytes), *others)

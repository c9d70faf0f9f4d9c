"""Step 3: removes the rows that repeat an earlier row of the file."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, Mask, RawBatch
from tastetrend_etl.transform.dictionary_column import map_distinct
from tastetrend_etl.transform.select_fields import ReviewFields
from tastetrend_etl.transform.text import as_bytes

_FIRST_CAPACITY = 1 << 14
_MAX_LOAD = 0.75
_REPEAT_SUFFIX = "_dup"
_WHITE_SPACE = r"[\x09-\x0D\x1C-\x20\x{85}\p{Z}]"  # what Arrow trims
_MULTIPLIER = np.int64(-7046029254386353131)  # 2**64 by the golden ratio: scatters what differs in a few bits


class KeySet:
    """The keys added so far, as an open-addressed table of 11 to 22 bytes per key.

    Keys are 64-bit hashes: one false duplicate is expected in some 37 million files of a million rows.
    """

    def __init__(self) -> None:
        self._table = np.zeros(_FIRST_CAPACITY, np.uint64)
        self._count = 0

    def add(self, keys: np.ndarray) -> Mask:
        """Add keys, int64 of shape (rows,); return the mask of those added before, or earlier in it."""
        distinct, first = np.unique(keys.view(np.uint64), return_index=True)
        distinct[distinct == 0] = 1  # zero marks a free slot
        self._make_room(len(distinct))
        repeated = np.ones(len(keys), bool)
        repeated[first] = ~self._insert(distinct)
        return repeated

    def _make_room(self, wanted: int) -> None:
        capacity = len(self._table)
        while self._count + wanted > _MAX_LOAD * capacity:
            capacity *= 2
        if capacity > len(self._table):
            old, self._table, self._count = self._table, np.zeros(capacity, np.uint64), 0
            for start in range(0, len(old), _FIRST_CAPACITY):  # piece by piece, to save memory
                piece = old[start : start + _FIRST_CAPACITY]
                self._insert(piece[piece != 0])

    def _insert(self, keys: np.ndarray) -> Mask:
        """Insert distinct keys; return which were new."""
        last = np.uint64(len(self._table) - 1)
        new = np.zeros(len(keys), bool)
        # By their upper bits, so that sorted keys access the table in order, which suits the cache.
        pending, slots = np.arange(len(keys)), keys >> np.uint64(64 - int(last).bit_length())
        while len(pending):
            free = self._table[slots] == 0
            self._table[slots[free]] = keys[pending[free]]  # of two that claim one slot, the last wins
            present = self._table[slots] == keys[pending]
            new[pending[present & free]] = True
            pending, slots = pending[~present], (slots[~present] + np.uint64(1)) & last
        self._count += int(new.sum())
        return new


class Deduplicator:
    """Remembers the keys and the source ids of one file's rows across its batches."""

    def __init__(self) -> None:
        self._keys = KeySet()
        self._source_ids = [np.empty(0, np.int64)]

    @property
    def conflicting_ids(self) -> int:
        """Return the number of source ids that more than one review has."""
        ids = np.concatenate(self._source_ids)
        ids.sort()  # in place: to count each id by `np.unique` would take 16 bytes a row more
        return len(np.unique(ids[1:][ids[1:] == ids[:-1]]))

    def mark_duplicates(self, keys: np.ndarray, candidates: Mask) -> Mask:
        """Remember the candidates' keys, int64 of shape (rows,); return the mask of those known before."""
        duplicate = np.zeros(len(keys), bool)
        duplicate[candidates] = self._keys.add(keys[candidates])
        return duplicate

    def add_source_ids(self, hashes: np.ndarray) -> None:
        """Remember the hashed source ids of unique reviews, for `conflicting_ids`."""
        self._source_ids.append(hashes)


def deduplicate(
    fields: ReviewFields, candidates: Mask, raw: RawBatch, columns: ColumnMapping, deduplicator: Deduplicator
) -> tuple[ReviewFields, np.ndarray]:
    """Return the candidates that repeat no earlier row, and the source row numbers of those that do."""
    duplicate = deduplicator.mark_duplicates(_keys(fields, raw, columns), candidates)
    unique = fields.filter(candidates & ~duplicate)
    deduplicator.add_source_ids(hash_cells(unique.ids.filter(pc.not_equal(unique.ids, ""))))
    return unique, raw.source_rows[duplicate]


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


def without_repeat_suffix(ids: pa.StringArray) -> pa.StringArray:
    """Return the ids trimmed and without the `_dup` by which the source marks repeated rows."""
    ids = pc.utf8_trim_whitespace(ids)
    marked = pc.ends_with(ids, _REPEAT_SUFFIX)
    bare = pc.replace_substring_regex(ids.filter(marked), f"({_WHITE_SPACE}*{_REPEAT_SUFFIX})+$", "")
    return pc.replace_with_mask(ids, marked, bare)


def _keys(fields: ReviewFields, raw: RawBatch, columns: ColumnMapping) -> np.ndarray:
    """Return each row's hash of its text, customer, date and restaurant; without a text, of all its cells."""
    same = (fields.columns[name] for name in ("customer_name", "review_date", "restaurant_name"))
    others = (hash_cells(column.values)[column.codes] for column in same)
    keys = combine_hashes(hash64(fields.text_bytes), *others)
    textless = np.flatnonzero(np.asarray(pc.is_null(fields.text)))
    if len(textless):
        keys[textless] = _whole_rows(fields.ids, raw, columns, textless)
    return keys


def _whole_rows(ids: pa.StringArray, raw: RawBatch, columns: ColumnMapping, rows: np.ndarray) -> np.ndarray:
    """Return a hash of all cells of some rows, the id without its repeat suffix."""
    id_columns = columns.fields.get("source_review_id", ())
    others = (column for place, column in enumerate(raw.cells) if place not in id_columns)
    own = hash_cells(without_repeat_suffix(ids.take(pa.array(rows))))
    return combine_hashes(own, *(map_distinct(column, rows, _trimmed_hashes) for column in others))


def _trimmed_hashes(cells: pa.StringArray) -> np.ndarray:
    return hash_cells(pc.utf8_trim_whitespace(cells))

"""The id of a review: a hash of its delivered cells, which is the same in every file and every run."""

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import ColumnMapping, Mask, RawBatch
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.row_numbers import ROW_NUMBER
from tastetrend_etl.transform.select_fields import ReviewFields, column_texts, field_texts

_DIGEST_BYTES = 16
_REPEAT_SUFFIX = "_dup"
_WHITE_SPACE = r"[\x09-\x0D\x1C-\x20\x{85}\p{Z}]"  # what Arrow trims
_ID, _TEXT = "source_review_id", "review_text"
_NULL, _SEPARATOR, _END = b"\xfe", b"\xff", b"\xfd"  # none of them occurs in UTF-8


def fingerprints(
    fields: ReviewFields,
    bare_ids: pa.StringArray,
    complete: Mask,
    raw: RawBatch,
    columns: ColumnMapping,
    row_numbers: frozenset[int],
) -> np.ndarray:
    """Return the 128-bit blake2b hash of each row's delivered cells, trimmed, in the order of the fields.

    Cells are joined by bytes that no cell contains, so that different rows are always joined differently.

    Args:
        fields: the cells by field.
        bare_ids: the source's ids without their repeat suffix.
        complete: mask of the rows with text, customer and date, whose source id is left out.
        raw: the same rows by column.
        columns: the fields of the columns.
        row_numbers: positions of the columns whose numbers are left out.

    Returns:
        int64, shape (rows, 2).
    """
    ids = pc.if_else(pa.array(complete), "", bare_ids)
    cells = (_delivered(column) for _, column in sorted(fields.columns.items()))
    unlisted = _unlisted_cells(raw, columns, complete, row_numbers)
    parts = (ids, _raw_texts(fields, raw, columns), *cells)
    others = (part.cast(pa.binary()) for part in parts)
    return hash_rows(fields.text_bytes, pc.binary_join_element_wise(b"", *others, unlisted, _SEPARATOR))


def hash_rows(texts: list[bytes | None], others: pa.BinaryArray) -> np.ndarray:
    """Return the blake2b hash, int64 of shape (rows, 2), of each row's text and its other cells."""
    digests = bytearray()
    empty = blake2b(digest_size=_DIGEST_BYTES)  # a copy takes half the time of a new one
    for text, other in zip(texts, others.to_numpy(zero_copy_only=False), strict=True):
        digest = empty.copy()
        digest.update(text or _NULL)
        digest.update(other)
        digests += digest.digest()
    return np.frombuffer(digests, np.int64).reshape(-1, 2)


def number_occurrences(fingerprints: np.ndarray, occurrences: np.ndarray) -> np.ndarray:
    """Return the fingerprints, those of rows that occurred before hashed with the number of times."""
    numbered = fingerprints.copy()
    for row in np.flatnonzero(occurrences):
        content = fingerprints[row].tobytes() + int(occurrences[row]).to_bytes(8, "little")
        numbered[row] = np.frombuffer(blake2b(content, digest_size=_DIGEST_BYTES).digest(), np.int64)
    return numbered


def hexadecimal(fingerprints: np.ndarray) -> pa.StringArray:
    """Return fingerprints, int64 of shape (rows, 2), as 32 hexadecimal digits each."""
    width = 2 * _DIGEST_BYTES
    offsets = np.arange(0, width * len(fingerprints) + 1, width, dtype=np.int32)
    digits = pa.py_buffer(fingerprints.tobytes().hex().encode())
    return pa.StringArray.from_buffers(len(fingerprints), pa.py_buffer(offsets), digits)


def without_repeat_suffix(ids: pa.StringArray) -> pa.StringArray:
    """Return the ids trimmed and without the `_dup` by which the source marks repeated rows."""
    ids = pc.utf8_trim_whitespace(ids)
    marked = pc.ends_with(ids, _REPEAT_SUFFIX)
    bare = pc.replace_substring_regex(ids.filter(marked), f"({_WHITE_SPACE}*{_REPEAT_SUFFIX})+$", "")
    return pc.replace_with_mask(ids, marked, bare)


def _delivered(column: DictionaryColumn) -> pa.StringArray:
    """Return a field's cells as delivered, trimmed: null values such as `n/a` as what they are."""
    values = column.values  # trimmed; a missing value is only masked
    _, offsets, data = values.buffers()
    return column.to_rows(pa.StringArray.from_buffers(len(values), offsets, data, offset=values.offset))


def _raw_texts(fields: ReviewFields, raw: RawBatch, columns: ColumnMapping) -> pa.StringArray:
    """Return the delivered text of the rows where the cleaned one differs in more than spaces, else ''."""
    changed = fields.had_control_chars | np.asarray(fields.text.is_null())
    texts = pc.utf8_trim_whitespace(field_texts(raw.cells, columns, _TEXT).filter(pa.array(changed)))
    return pc.replace_with_mask(pa.repeat("", len(changed)), pa.array(changed), texts)


def _unlisted_cells(
    raw: RawBatch, columns: ColumnMapping, complete: Mask, row_numbers: frozenset[int]
) -> pa.Array:
    """Return the named cells that are not empty: of unknown columns, and of several columns for a field."""
    named = [
        *((f"{place}:{field}", column) for field, place, column in _shared_fields(raw, columns, complete)),
        *((name, _unknown_column(raw.cells[p], p in row_numbers)) for p, name in columns.extra.items()),
    ]
    cells = [_named_cells(name, column) for name, column in sorted(named, key=lambda pair: pair[0])]
    return pc.binary_join_element_wise(*cells, b"") if cells else b""


def _shared_fields(
    raw: RawBatch, columns: ColumnMapping, complete: Mask
) -> Iterator[tuple[str, int, pa.Array]]:
    """Yield field, ordinal and cells of every column that shares its field with others."""
    for field, places in columns.fields.items():
        for ordinal, place in enumerate(places if len(places) > 1 else ()):
            cells = raw.cells[place]
            if field == _ID:
                cells = pc.if_else(pa.array(complete), "", without_repeat_suffix(column_texts(cells)))
            yield field, ordinal, cells


def _unknown_column(cells: pa.Array, is_row_number: bool) -> pa.Array:  # noqa: FBT001
    if not is_row_number:
        return cells
    texts = pc.utf8_trim_whitespace(column_texts(cells))
    return pc.if_else(pc.match_substring_regex(texts, ROW_NUMBER), "", texts)


def _named_cells(name: str, column: pa.Array) -> pa.Array:
    """Return a hash of the name and the trimmed value of each row; '' where the cell is empty."""
    key = blake2b(name.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    values = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    values = pc.utf8_trim_whitespace(values).cast(pa.binary())
    named = pc.binary_join_element_wise(key, values, _END, b"")
    named = pc.if_else(pc.equal(values, b""), b"", named)
    return named.take(column.indices) if isinstance(column, pa.DictionaryArray) else named

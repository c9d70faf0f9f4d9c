"""The data types that the steps of the pipeline exchange."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

Mask = np.ndarray
"""Booleans, shape (rows,)."""

Kind = Literal["reviews", "restaurant_info"]


@dataclass(frozen=True)
class SourceObject:
    """One version of one raw object, as S3 describes it.

    Attributes:
        bucket: with `key`, `version_id` and `etag` its identity.
        size: in bytes.
        last_modified: time zone aware.
    """

    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    last_modified: datetime


@dataclass(frozen=True)
class FileEncoding:
    """The compression and the encoding of a raw file.

    Attributes:
        compressed: the bytes are gzip.
        encoding: Python's name of the encoding.
        has_invalid_bytes: some bytes cannot be decoded.
        nul_bytes: the number of NUL bytes.
    """

    compressed: bool
    encoding: str
    has_invalid_bytes: bool = False
    nul_bytes: int = 0
    has_trailing_ctrl_z: bool = False


@dataclass(frozen=True)
class Dialect:
    """The format of a raw file.

    Attributes:
        delimiter: the character between fields.
        header: the raw column names.
        data_offset: the byte where the first data row begins.
        format: of the raw file; JSON is rewritten as delimited text before it is parsed.
    """

    delimiter: str
    header: tuple[str, ...]
    data_offset: int
    format: Literal["delimited", "json"] = "delimited"


@dataclass(frozen=True)
class ColumnMapping:
    """The raw columns of each field.

    Attributes:
        kind: of the rows in the file.
        header: the raw column names, in order.
        fields: field → ascending positions of its raw columns; missing fields are absent.
        extra: position → unique name of the columns that belong to no field.
        rating_scale: the maximum rating in the rating column's name, else None.
    """

    kind: Kind
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: Mapping[int, str]
    rating_scale: int | None = None


class RawRecord(NamedTuple):
    """The fields of one record, its raw text, and the reason code if it cannot be parsed."""

    fields: list[str]
    raw: str
    problem: str = ""


@dataclass(frozen=True)
class RejectedRow:
    """A data row that is no review: its 1-based number, the reason code, its raw text."""

    source_row: int
    reason: str
    raw: str


@dataclass(frozen=True)
class RawBatch:
    """Parsed rows.

    Attributes:
        source_rows: int64, shape (rows,): the 1-based data row numbers.
        cells: one column for each raw column, named by its position, of string or dictionary of string.
        ragged: records with too few or too many fields, met since the previous batch.
    """

    source_rows: np.ndarray
    cells: pa.RecordBatch
    ragged: tuple[RejectedRow, ...]


@dataclass(frozen=True)
class InferredFormat:
    """What a whole file has to show before its cells can be parsed.

    Attributes:
        day_first: whether `01/02/2020` is the first of February.
        rating_scale: the scale of a bare number: 5, 10 or 100.
        max_review_date: naive UTC; a later review date is impossible.
    """

    day_first: bool
    rating_scale: int
    max_review_date: datetime


@dataclass(frozen=True)
class FormatEvidence:
    """How rows show the format of their file.

    Attributes:
        date_order: `day` or `month` → rows whose numeric date is possible only with it first.
        rating_scale: scale → rows whose bare number is on it.
    """

    date_order: Counter[str] = field(default_factory=Counter)
    rating_scale: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class TransformedBatch:
    """Result of transforming one raw batch.

    Attributes:
        batch: the rows to write.
        issues: issue code → mask of those rows.
        rejected: the rows that are no reviews.
        duplicates: the rows that repeat an earlier one, in the columns of rejected rows.
        evidence: how the written rows show the file's format.
        unmapped: category column → unknown word → rows.
    """

    batch: pa.RecordBatch
    issues: Mapping[str, Mask]
    rejected: list[RejectedRow]
    duplicates: pa.RecordBatch
    evidence: FormatEvidence = field(default_factory=FormatEvidence)
    unmapped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

"""The data types that the steps of the pipeline exchange."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

from tastetrend_etl.sources.config import GENERIC, Source

Mask = np.ndarray  # booleans, shape (rows,)
Kind = Literal["reviews", "restaurant_info"]


@dataclass(frozen=True)
class SourceObject:
    """One version of one raw object, as S3 describes it; the first four are its identity."""

    bucket: str
    key: str
    version_id: str
    etag: str
    size: int  # in bytes
    last_modified: datetime  # time zone aware
    first_uploaded: datetime | None = None  # if it was rewritten since, to erase a customer

    def described(self) -> dict[str, object]:
        """Return the fields that are set, times as ISO strings."""
        fields = {name: value for name, value in vars(self).items() if value is not None}
        return {n: v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for n, v in fields.items()}


@dataclass(frozen=True)
class FileEncoding:
    """The compression and the encoding of a raw file.

    Attributes:
        encoding: Python's name of the encoding.
        has_invalid_bytes: some bytes cannot be decoded.
        nul_bytes: the number of NUL bytes.
        uncertain: the code page is only the likeliest of several.
        has_utf8_rows: some rows of a file in a code page are UTF-8.
        double_byte: the code page has characters of two bytes.
        evidence: of a file with invalid UTF-8: counts of its rows, and scores of the likeliest code pages.
    """

    compressed: bool  # the bytes are gzip
    encoding: str
    has_invalid_bytes: bool = False
    nul_bytes: int = 0
    has_trailing_ctrl_z: bool = False
    uncertain: bool = False
    has_utf8_rows: bool = False
    double_byte: bool = False
    evidence: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Dialect:
    """The format of a raw file.

    Attributes:
        delimiter: the character between fields.
        data_offset: the byte where the first data row begins.
        format: of the raw file; JSON is rewritten as delimited text before it is parsed.
        quote: the character around fields.
        kinds: for each column `number`, `date` or nothing, as the first rows show; empty if not known.
        sequence: the delimiter in the raw file, if it has more than one character.
        text_column: the position of the column whose texts have unquoted delimiters; None if none has.
    """

    delimiter: str
    header: tuple[str, ...]
    data_offset: int
    format: Literal["delimited", "json"] = "delimited"
    quote: str = '"'
    kinds: tuple[str, ...] = ()
    sequence: str = ""
    text_column: int | None = None


class ColumnHint(NamedTuple):
    """What a raw column looks like, or is not, and what the sender can do."""

    column: str
    field: str
    message: str


@dataclass(frozen=True)
class ColumnMapping:
    """The raw columns of each field.

    Attributes:
        fields: field → positions of its raw columns; the first is the best, the others fill its gaps.
        extra: position → unique name of the columns that are the first of no field.
        rating_scales: position → the maximum rating in the rating column's name, for those that name one.
        hints: on columns that look like a missing field, or whose content contradicts their name.
        source: by which the columns are mapped.
        missing: source, and its columns for lack of which the file is read by the generic rules.
    """

    kind: Kind  # of the rows in the file
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: Mapping[int, str]
    rating_scales: Mapping[int, int] = field(default_factory=dict)
    hints: tuple[ColumnHint, ...] = ()
    source: Source = GENERIC
    missing: tuple[str, ...] = ()


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
        may_be_undecodable: a cell may hold U+FFFD, which replaces undecodable bytes.
        encoding_uncertain: every character beyond ASCII may be another one.
        joined_rows: numbers of the file's rows whose text has unquoted delimiters.
    """

    source_rows: np.ndarray
    cells: pa.RecordBatch
    ragged: tuple[RejectedRow, ...]
    may_be_undecodable: bool = True
    encoding_uncertain: bool = False
    joined_rows: Sequence[int] = ()


@dataclass(frozen=True)
class InferredFormat:
    """What a whole file has to show before its cells can be parsed.

    Attributes:
        day_first: whether `01/02/2020` is the first of February.
        rating_scales: for each rating column, the scale of its bare numbers: 5, 10 or 100.
        decimal_mark: of an amount such as `1.200` or `1,200`: `.` or `,`; `only .` or `only ,` if stated.
        max_review_date: naive UTC; a later review date is impossible.
        source: cells that contradict what it states are not parsed.
    """

    day_first: bool
    rating_scales: tuple[int, ...]
    decimal_mark: str
    max_review_date: datetime
    source: Source = GENERIC


@dataclass(frozen=True)
class FormatEvidence:
    """How rows show the format of their file.

    Attributes:
        date_order: `day` or `month` → rows whose date is possible only with it first; `either`: with both.
        rating_scale: number of the rating column, from 0, and scale → rows whose bare number is on it.
        decimal_mark: `.` or `,` → amounts that prove it; `either` → amounts that depend on it.
        ratings: scale and tenths of it → rows.
    """

    date_order: Counter[str] = field(default_factory=Counter)
    rating_scale: Counter[tuple[int, int]] = field(default_factory=Counter)
    decimal_mark: Counter[str] = field(default_factory=Counter)
    ratings: Counter[tuple[int, int]] = field(default_factory=Counter)


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

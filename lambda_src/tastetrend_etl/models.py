"""The data types that the steps of the pipeline exchange."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

_UTF8_ENCODINGS = frozenset({"utf-8", "utf-8-sig"})

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

    @property
    def filename(self) -> str:
        """Return the last part of the key."""
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class FileEncoding:
    """What the bytes say.

    Attributes:
        compressed: the bytes are gzip.
        encoding: Python's name of the encoding.
        broken: some bytes do not belong to that encoding.
        nul_bytes: how many NUL bytes there are.
        plain: Arrow can read the file as it lies there.
    """

    compressed: bool
    encoding: str
    broken: bool = False
    nul_bytes: int = 0
    end_mark: bool = False

    @property
    def plain(self) -> bool:
        """Say whether the file is UTF-8 with nothing to take out."""
        return self.encoding in _UTF8_ENCODINGS and not (
            self.compressed or self.broken or self.nul_bytes or self.end_mark
        )


@dataclass(frozen=True)
class Dialect:
    """How the file is written.

    Attributes:
        delimiter: the character between fields.
        header: the raw column names.
        start: the byte where the data rows begin, behind the header and whatever stands before it.
        form: the file's own form; JSON is rewritten as delimited text before it is parsed.
    """

    delimiter: str
    header: tuple[str, ...]
    start: int
    form: Literal["delimited", "json"] = "delimited"


@dataclass(frozen=True)
class ColumnMapping:
    """Where each field stands in a raw record.

    Attributes:
        kind: what the file holds.
        header: the raw names, in order.
        fields: field → positions of its raw columns, in order; a field the file lacks is absent.
        extra: position → raw name of the columns nobody knows.
        rating_scale: the scale that the rating column's name tells, else None.
    """

    kind: Kind
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: Mapping[int, str]
    rating_scale: int | None = None

    @property
    def high_cardinality(self) -> set[int]:
        """Return the positions of the columns whose values hardly repeat."""
        fields = ("source_review_id", "review_text", "review_date", "total_spent", "tip_amount")
        return {place for name in fields for place in self.fields.get(name, ())}

    def mapping(self) -> dict[str, list[str]]:
        """Return field → raw names, for the report."""
        return {field: [self.header[i] for i in places] for field, places in self.fields.items()}


class RawRecord(NamedTuple):
    """One record as found: its fields, its raw text, and the reason code when it is no good."""

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
    """Some rows as delivered.

    Attributes:
        source_rows: int64, shape (rows,): the 1-based data row numbers.
        cells: one column for each raw column, named by its position, of string or dictionary of string.
        ragged: records with too few or too many fields met since the batch before.
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

    def __add__(self, other: "FormatEvidence") -> "FormatEvidence":
        return FormatEvidence(self.date_order + other.date_order, self.rating_scale + other.rating_scale)


@dataclass(frozen=True)
class TransformedBatch:
    """Result of transforming one raw batch.

    Attributes:
        batch: the rows to write.
        issues: issue code → mask of those rows.
        rejected: the rows that are no reviews.
        duplicates: int64: the numbers of the rows that repeat an earlier one.
        evidence: how the written rows show the file's format.
        unmapped: category column → unknown word → rows.
    """

    batch: pa.RecordBatch
    issues: Mapping[str, Mask]
    rejected: list[RejectedRow]
    duplicates: np.ndarray
    evidence: FormatEvidence = field(default_factory=FormatEvidence)
    unmapped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

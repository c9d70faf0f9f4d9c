"""Counts what the reports need batch by batch, in the same pass that writes the rows."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import MAX_PARSED_LENGTH
from tastetrend_etl.models import RejectedRow, TransformedBatch
from tastetrend_etl.schema import GROUP_COLUMNS

_MAX_EXAMPLES, _MAX_SAMPLE = 5, 20
_MAX_NAMES = 1_000
_OTHER_GROUPS = "(other)"


@dataclass(frozen=True)
class RowBalance:
    """Row counts of a file: `read` must be the sum of the others."""

    read: int
    written: int
    rejected: int
    duplicate: int

    @property
    def is_balanced(self) -> bool:
        """Return whether every row read was written, rejected or a duplicate."""
        return self.read == self.written + self.rejected + self.duplicate


@dataclass
class IssueCount:
    """How many rows have an issue, and the first of their source row numbers."""

    count: int = 0
    examples: list[int] = field(default_factory=list)

    def add(self, source_rows: np.ndarray) -> None:
        """Count rows, given their numbers: int64, shape (rows,)."""
        self.count += len(source_rows)
        self.examples += source_rows[: _MAX_EXAMPLES - len(self.examples)].tolist()


@dataclass
class Group:
    """The reviews of one group.

    Attributes:
        rated: those with a rating from 1 to 5.
        rating_sum, square_sum: of these ratings, and of their squares.
    """

    rows: int = 0
    rated: int = 0
    rating_sum: float = 0.0
    square_sum: float = 0.0

    def add(self, other: "Group") -> None:
        """Count the reviews of another group too."""
        self.rows += other.rows
        self.rated += other.rated
        self.rating_sum += other.rating_sum
        self.square_sum += other.square_sum


@dataclass
class FileProfile:
    """Counts over one file.

    Attributes:
        read, written: rows.
        issues, rejections: code → rows.
        rejected_sample: the raw content of the first rejected rows.
        missing: column of the dataset → rows without a value.
        ratings: rating from one to five, to the nearest half star, in half stars → rows.
        delivered_ratings: scale and tenths of it → rows.
        months: month of the review, in months since 1970 → rows.
        scales: rating scale → rows.
        mixed_scales: share of the ratings on a smaller scale, minus that of evenly spread ones.
        date_order: `day`, `month` or `either` → rows whose date shows that it is first, or depends on it.
        groups: group column → value, None where it is missing → group.
        unmapped: category column → unknown word → rows.
        unmapped_rows: category column → rows with an unknown word.
    """

    read: int = 0
    written: int = 0
    issues: dict[str, IssueCount] = field(default_factory=dict)
    rejections: dict[str, IssueCount] = field(default_factory=dict)
    rejected_sample: list[str] = field(default_factory=list)
    duplicates: IssueCount = field(default_factory=IssueCount)
    missing: Counter[str] = field(default_factory=Counter)
    ratings: Counter[int] = field(default_factory=Counter)
    delivered_ratings: Counter[tuple[int, int]] = field(default_factory=Counter)
    months: Counter[int] = field(default_factory=Counter)
    scales: Counter[int] = field(default_factory=Counter)
    mixed_scales: float = 0.0
    date_order: Counter[str] = field(default_factory=Counter)
    groups: dict[str, dict[str | None, Group]] = field(default_factory=dict)
    unmapped: dict[str, Counter[str]] = field(default_factory=dict)
    unmapped_rows: Counter[str] = field(default_factory=Counter)

    @property
    def balance(self) -> RowBalance:
        """Return the row counts by outcome."""
        rejected = sum(each.count for each in self.rejections.values())
        return RowBalance(self.read, self.written, rejected, self.duplicates.count)


def count_batch(profile: FileProfile, transformed: TransformedBatch, *, reviews: bool) -> None:
    """Count the rows of a batch, by outcome, and what the reports tell of them."""
    count_missing(profile, transformed.batch)
    count_issues(profile, transformed.batch, transformed.issues)
    count_rejected(profile, transformed.rejected)
    profile.duplicates.add(np.asarray(transformed.duplicates["source_row"]))
    if reviews:
        count_reviews(profile, transformed.batch)
        count_unmapped(profile, transformed.unmapped)


def count_missing(profile: FileProfile, batch: pa.RecordBatch) -> None:
    """Count the null cells of a batch of written rows."""
    profile.missing.update({name: batch[name].null_count for name in batch.schema.names})


def count_issues(profile: FileProfile, batch: pa.RecordBatch, issues: Mapping[str, np.ndarray]) -> None:
    """Count the issues of a batch of written rows; `issues` is code → mask, bool, shape (rows,)."""
    rows = np.asarray(batch["source_row"])
    for code, mask in issues.items():
        if mask.any():
            profile.issues.setdefault(code, IssueCount()).add(rows[mask])


def count_reviews(profile: FileProfile, batch: pa.RecordBatch) -> None:
    """Count the ratings, scales, months and groups of a batch of written reviews."""
    ratings = np.asarray(batch["rating_1_5"])
    profile.ratings.update(_value_counts(np.floor(2 * ratings[~np.isnan(ratings)] + 0.5)))
    profile.scales.update(_value_counts(np.asarray(batch["rating_scale"].drop_null())))
    dates = np.asarray(batch["review_date"].drop_null())
    profile.months.update(_value_counts(dates.astype("datetime64[M]")))
    for name in GROUP_COLUMNS:
        _count_groups(profile.groups.setdefault(name, {}), batch[name], ratings)


def count_rejected(profile: FileProfile, rows: Iterable[RejectedRow]) -> None:
    """Count rejected rows by reason."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.reason, []).append(row.source_row)
        if len(profile.rejected_sample) < _MAX_SAMPLE:
            profile.rejected_sample.append(row.raw)
    for reason, source_rows in numbers.items():
        profile.rejections.setdefault(reason, IssueCount()).add(np.array(source_rows))


def count_unmapped(profile: FileProfile, unmapped: Mapping[str, Mapping[str, int]]) -> None:
    """Count the words that no category map contains: at most 1,000 different ones a column."""
    for column, counts in unmapped.items():
        known = profile.unmapped.setdefault(column, Counter())
        profile.unmapped_rows[column] += sum(counts.values())
        for word, rows in counts.items():
            if _is_counted(word, known):
                known[word] += rows


def _value_counts(values: np.ndarray) -> dict[int, int]:
    counts = np.bincount(values.astype(np.int64))
    return {value: int(counts[value]) for value in np.flatnonzero(counts).tolist()}


def _count_groups(groups: dict[str | None, Group], names: pa.DictionaryArray, ratings: np.ndarray) -> None:
    values = [*names.dictionary.to_pylist(), None]
    codes = np.asarray(pc.fill_null(names.indices, len(names.dictionary)))
    rated = ~np.isnan(ratings)
    rows = np.bincount(codes, minlength=len(values))
    rated_rows = np.bincount(codes[rated], minlength=len(values))
    sums = np.bincount(codes[rated], weights=ratings[rated], minlength=len(values))
    squares = np.bincount(codes[rated], weights=ratings[rated] ** 2, minlength=len(values))
    for code in np.flatnonzero(rows):
        value = values[code]
        group = groups.setdefault(value if _is_counted(value, groups) else _OTHER_GROUPS, Group())
        group.add(Group(int(rows[code]), int(rated_rows[code]), float(sums[code]), float(squares[code])))


def _is_counted(name: str | None, known: Collection[str | None]) -> bool:
    """Return whether a name is counted on its own: texts that are not names would use up the memory."""
    return name is None or name in known or (len(known) < _MAX_NAMES and len(name) <= MAX_PARSED_LENGTH)

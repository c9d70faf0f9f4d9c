"""Counts what the reports need while the batches go by, so that no row is looked at twice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.models import RejectedRow
from tastetrend_etl.schema import MAX_PARSED_LENGTH

GROUP_COLUMNS = ("gender_norm", "age_group", "ethnicity_norm", "location")
EXAMPLES = 5
OTHER_GROUPS = "(other)"
_MOST_NAMES = 1_000


@dataclass(frozen=True)
class RowBalance:
    """Where the rows of a file ended; `read` counts every data record, and the rest must add up to it."""

    read: int
    written: int
    rejected: int
    duplicate: int

    @property
    def holds(self) -> bool:
        """Say whether every row is accounted for."""
        return self.read == self.written + self.rejected + self.duplicate


@dataclass
class IssueCount:
    """How often something happened, and the first source rows where it did."""

    count: int = 0
    examples: list[int] = field(default_factory=list)

    def add(self, source_rows: np.ndarray) -> None:
        """Count these rows."""
        self.count += len(source_rows)
        self.examples += source_rows[: EXAMPLES - len(self.examples)].tolist()


@dataclass
class Group:
    """The reviews of one group of people or place: how many, how many rated, the sum of their ratings."""

    rows: int = 0
    rated: int = 0
    rating_sum: float = 0.0


@dataclass
class FileProfile:
    """The account of one file.

    Attributes:
        read, written: rows; `rejections` and `duplicates` hold the others.
        issues, rejections: code → where.
        missing: unified column → rows without a value.
        ratings: rating from one to five, rounded → rows.
        scales: rating scale → rows.
        mixed_scales: share of the ratings that look like those of a smaller scale.
        groups: group column → value → group; None stands for a missing value.
        unmapped: category column → unknown word → rows.
    """

    read: int = 0
    written: int = 0
    issues: dict[str, IssueCount] = field(default_factory=dict)
    rejections: dict[str, IssueCount] = field(default_factory=dict)
    duplicates: IssueCount = field(default_factory=IssueCount)
    missing: Counter[str] = field(default_factory=Counter)
    ratings: Counter[int] = field(default_factory=Counter)
    scales: Counter[int] = field(default_factory=Counter)
    mixed_scales: float = 0.0
    groups: dict[str, dict[str | None, Group]] = field(default_factory=dict)
    unmapped: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def balance(self) -> RowBalance:
        """Return where the rows ended."""
        rejected = sum(seen.count for seen in self.rejections.values())
        return RowBalance(self.read, self.written, rejected, self.duplicates.count)


def count_missing(profile: FileProfile, batch: pa.RecordBatch) -> None:
    """Count the missing cells of a batch that goes into the dataset."""
    profile.missing.update({name: batch[name].null_count for name in batch.schema.names})


def count_issues(profile: FileProfile, batch: pa.RecordBatch, issues: Mapping[str, np.ndarray]) -> None:
    """Count what is wrong with written rows.

    Args:
        profile: the counts so far.
        batch: the written rows.
        issues: code → mask of the batch's rows.
    """
    rows = np.asarray(batch["source_row"])
    for code, mask in issues.items():
        if mask.any():
            profile.issues.setdefault(code, IssueCount()).add(rows[mask])


def count_reviews(profile: FileProfile, batch: pa.RecordBatch) -> None:
    """Count what only reviews have: ratings, scales and groups."""
    ratings = np.asarray(batch["rating_1_5"])
    profile.ratings.update(_value_counts(np.rint(ratings[~np.isnan(ratings)])))
    profile.scales.update(_value_counts(np.asarray(batch["rating_scale"].drop_null())))
    for name in GROUP_COLUMNS:
        _count_groups(profile.groups.setdefault(name, {}), batch[name], ratings)


def count_rejected(profile: FileProfile, rows: Iterable[RejectedRow]) -> None:
    """Count rejected rows by their reason."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.reason, []).append(row.source_row)
    for reason, found in numbers.items():
        profile.rejections.setdefault(reason, IssueCount()).add(np.array(found))


def count_unmapped(profile: FileProfile, unmapped: Mapping[str, Mapping[str, int]]) -> None:
    """Count the words that no category table knows, but no more of them than a report can use."""
    for column, counts in unmapped.items():
        held = profile.unmapped.setdefault(column, Counter())
        for word, rows in counts.items():
            if word in held or (len(held) < _MOST_NAMES and len(word) <= MAX_PARSED_LENGTH):
                held[word] += rows


def _value_counts(values: np.ndarray) -> dict[int, int]:
    counts = np.bincount(values.astype(np.int64))
    return {value: int(counts[value]) for value in np.flatnonzero(counts).tolist()}


def _count_groups(groups: dict[str | None, Group], names: pa.DictionaryArray, ratings: np.ndarray) -> None:
    values = [*names.dictionary.to_pylist(), None]
    places = np.asarray(pc.fill_null(names.indices, len(names.dictionary)))
    rated = ~np.isnan(ratings)
    rows = np.bincount(places, minlength=len(values))
    rated_rows = np.bincount(places[rated], minlength=len(values))
    sums = np.bincount(places[rated], weights=ratings[rated], minlength=len(values))
    for place in np.flatnonzero(rows):
        group = groups.setdefault(_group_name(groups, values[place]), Group())
        group.rows += int(rows[place])
        group.rated += int(rated_rows[place])
        group.rating_sum += float(sums[place])


def _group_name(groups: Mapping[str | None, Group], name: str | None) -> str | None:
    """Return the name, or the common one of those that are too many or too long to be places."""
    fits = name is None or name in groups or (len(groups) < _MOST_NAMES and len(name) <= MAX_PARSED_LENGTH)
    return name if fits else OTHER_GROUPS

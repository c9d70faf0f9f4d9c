"""The plain data that the parts of the gate hand to one another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

INDEX = "source_row"
"""What tells the rows of a golden file apart, in every version's dataset and in the truth."""

Schema = tuple[tuple[str, str], ...]
"""Column names and Arrow types, in order."""

Against = Literal["truth", "baseline"]
SAID: Mapping[Against, str] = {"truth": "must be", "baseline": "was"}

Measure = Literal[
    "outcome",
    "schema",
    "rows",
    "rejections",
    "issues",
    "missing share",
    "distribution",
    "cells",
    "group share",
    "rating gap",
]


@dataclass(frozen=True)
class Group:
    """How much of the reviews with a known group is this one's, and its mean rating's gap to the overall."""

    share: float
    gap: float


@dataclass(frozen=True)
class Facts:
    """What a version made of a golden file; the truth about the file has the same form.

    Attributes:
        outcome: `processed`, `refused`, `skipped`, or `failed` when the invocation did.
        reason: why it was not processed.
        schema: of the dataset.
        rows: `read`, `written`, `rejected`, `duplicate` → how many.
        rejected: source row → reason.
        issues: code → the source rows of what is written that carry it.
        table: the dataset, indexed by source row; the truth knows some of its columns only.
        groups: column → group → what the bias report says of it; the truth leaves that to its table.
    """

    outcome: str
    reason: str = ""
    schema: Schema = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[int, str] = field(default_factory=dict)
    issues: Mapping[str, frozenset[int]] = field(default_factory=dict)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: Mapping[str, Mapping[str, Group]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One comparison of a version's facts with the truth, or with the baseline's facts.

    Attributes:
        subject: the column, the issue code, or what else was compared.
        distance: how far apart they are, in the unit of the measure; 0 where they agree.
        figures: the difference in words.
    """

    file: str
    subject: str
    measure: Measure
    against: Against
    distance: float
    figures: str

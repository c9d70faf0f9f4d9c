"""The data types of the gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import pandas as pd

from tastetrend_etl.limits import Status

INDEX = "source_row"
"""Identifies the rows of a golden file in every version's dataset and in the expected one."""

Schema = tuple[tuple[str, str], ...]
"""Column names and Arrow types, in order."""

Reference = Literal["truth", "baseline"]
"""The expected result or the baseline's; published verdicts contain these words."""

Measure = Literal[
    "outcome",
    "keys",
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

Runtime: TypeAlias = Mapping[str, str]
"""Python, library or `conditional_writes` → version, or what the SDK can do."""

Vectors: TypeAlias = Mapping[str, Sequence[float] | None]
"""Text → its numbers, of length 1; None for a text that the model rejects."""

Embed: TypeAlias = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class GateSettings:
    """One field for each environment variable; the names are the same in upper case.

    Attributes:
        etl_version: the version of the etl function that has the same code as this gate.
        embedding_model: the id in Bedrock; empty where retrieval is off.
    """

    artifacts_bucket: str
    etl_function: str
    etl_version: str
    embedding_model: str = ""


@dataclass(frozen=True)
class Group:
    """Share (0 to 1) of the reviews with a known group, and mean rating less the overall mean."""

    share: float = 0.0
    gap: float = 0.0


@dataclass(frozen=True)
class ReplayResult:
    """A version's result for a golden file, or the expected one.

    Attributes:
        outcome: `processed`, `rejected`, `skipped`, `failed` (the invocation), or `unreadable` (its outputs).
        reason: why it was not processed.
        schema: of the dataset.
        rows: number of `read`, `written`, `rejected` and `duplicate` rows.
        rejected: source row → reason.
        issues: code → source rows of the dataset that carry it.
        table: the dataset, indexed by source row; the expected one lacks some columns.
        groups: column → group → figures of the bias report; empty in the expected result.
        contract_version: of the rules by which the version writes; reports before version 2 lack it.
        spellings: column → spelling → the group that has it, where that has another name.
        keys: output → its key by the validation report, without the parts that differ between runs.
    """

    outcome: str
    reason: str = ""
    schema: Schema = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[int, str] = field(default_factory=dict)
    issues: Mapping[str, frozenset[int]] = field(default_factory=dict)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: Mapping[str, Mapping[str, Group]] = field(default_factory=dict)
    contract_version: int = 1
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}".strip()


@dataclass(frozen=True)
class Comparison:
    """One comparison of a version's result with a reference; a row of the published `comparisons.parquet`.

    Attributes:
        subject: the column, or the measure itself where it concerns the whole file.
        distance: in the unit of the measure; 0 where both agree.
        figures: the difference as text.
        intended: the contract changed the subject between the two versions.
    """

    file: str
    subject: str
    measure: Measure
    against: Reference
    distance: float
    figures: str
    intended: bool = False


@dataclass(frozen=True)
class Reason:
    """One subject of one golden file that differs too much, with the figures of its comparisons."""

    severity: Status
    file: str
    subject: str
    figures: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.file}: {self.subject}: {self.figures}"


@dataclass(frozen=True)
class RetrievalFigures:
    """How well the golden questions are answered; recorded as `releases/<version>/retrieval.json`.

    Attributes:
        recipe: the rules for sentences and masking, and the model.
        golden: a hash of the golden reviews and questions.
        inputs: a hash of all that was embedded; equal inputs have equal figures.
        sentences: their number, as `questions` is.
        recall, ndcg: means over the questions, of six results, 0 to 1.
    """

    recipe: str
    golden: str
    inputs: str
    sentences: int
    questions: int
    recall: float
    ndcg: float


@dataclass(frozen=True)
class RetrievalCheck:
    """The figures of the version and of the baseline, as far as there are any.

    Attributes:
        not_compared: why there are none, or why they cannot be compared.
        error: why the model could not be used.
    """

    figures: RetrievalFigures | None = None
    baseline: RetrievalFigures | None = None
    not_compared: str = ""
    error: str = ""

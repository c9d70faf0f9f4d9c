"""What is known of the files of a batch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tastetrend_etl.hand_over import MANIFEST_SUFFIX
from tastetrend_etl.limits import Status
from tastetrend_etl.validate.profile import RowBalance

Outcome = Literal["missing", "contradictory", "no_report", "no_part", "unbalanced", "rejected", "processed"]
PROBLEMS: frozenset[Outcome] = frozenset({"missing", "contradictory", "no_report", "no_part", "unbalanced"})
"""Outcomes of which no file may have one, or the balance of the batch does not hold."""

Report = dict[str, Any]  # a JSON document


@dataclass(frozen=True)
class BatchSettings:
    """One field for each environment variable that the stack sets, its name in lower case."""

    raw_bucket: str
    processed_bucket: str


@dataclass(frozen=True)
class Batch:
    """What a batch is over.

    Attributes:
        execution: the name of the state machine's execution.
        started: objects that were uploaded later do not belong to it.
        prefix: of the raw keys; empty if the files are those of a manifest.
        manifest: the manifest's raw key.
        list_key: the key of the manifest's files in the processed bucket, one on each line.
    """

    execution: str
    started: datetime
    prefix: str = ""
    manifest: str = ""
    list_key: str = ""

    @property
    def report_key(self) -> str:
        """The key of the report in the processed bucket."""
        return f"batches/{self.manifest.removesuffix(MANIFEST_SUFFIX) or self.execution}/report.json"


@dataclass(frozen=True)
class FileResult:
    """What is in the processed bucket for the newest version of one raw object.

    Attributes:
        outcome: `missing`: neither a dataset nor an error report; `contradictory`: an older dataset beside a
            newer error report, or two datasets; `no_report`: a dataset without a validation report;
            `no_part`: a dataset without the curated part of the same version; `unbalanced`: rows read are not
            rows written, rejected and duplicate.
        reason: the code of a rejection.
        status: of the validation report.
        rows: of the validation report.
        bias: the bias report; None where there is none.
    """

    key: str
    outcome: Outcome
    reason: str = ""
    status: Status | Literal[""] = ""
    rows: RowBalance | None = None
    bias: Report | None = None

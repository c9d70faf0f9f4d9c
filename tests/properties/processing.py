"""Runs the pipeline on bytes and returns all outputs."""

import io
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import process
from tastetrend_etl.sources.config import SOURCES

_FOLDER = tempfile.TemporaryDirectory()  # one for all runs: creating a folder takes longer than a run
UPLOADED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Result:
    """Outputs of one file: a rejection, or a dataset, rejected and duplicate rows, and reports."""

    rejection: str = ""
    dataset: bytes = b""
    rejected: tuple = ()
    duplicates: tuple = ()
    reports: tuple = ()

    @property
    def table(self) -> pa.Table:
        return pq.read_table(io.BytesIO(self.dataset))

    @property
    def counts(self) -> dict[str, int]:
        return self.reports[0]["rows"]


def run(body: bytes, *, limit: int = 1 << 20, key: str = "r.csv", sources=SOURCES) -> Result:
    """Process bytes as a file; every exception except a rejection is raised."""
    staged, work = Path(_FOLDER.name, "raw"), Path(_FOLDER.name, "work")
    work.mkdir(exist_ok=True)
    staged.write_bytes(body)
    source = SourceObject("raw", key, "v1", "e", len(body), UPLOADED)
    try:
        tier = replace(TIERS["small"], max_bytes=limit)
        outcome = process(source, staged, work, version="1", tier=tier, sources=sources)
        left_out = pq.read_table(outcome.rejected).to_pylist() if outcome.rejected else []
        left_out = [SimpleNamespace(**row) for row in left_out]
        return Result(
            dataset=outcome.dataset.read_bytes(),
            rejected=tuple(row for row in left_out if row.reason != "duplicate"),
            duplicates=tuple(row for row in left_out if row.reason == "duplicate"),
            reports=(outcome.validation, outcome.bias),
        )
    except RejectedFileError as error:
        return Result(rejection=f"{error.reason}: {error.message}")
    finally:
        for file in work.iterdir():
            file.unlink()

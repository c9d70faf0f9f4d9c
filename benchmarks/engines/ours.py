"""The engine of this project: what the function runs between download and upload."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.task import Balance, Task
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import process

_NO_LIMIT = replace(TIERS["large"], max_bytes=1 << 40, max_rows=1 << 40)
_UPLOADED = datetime(2026, 12, 30, tzinfo=UTC)


def run(task: Task) -> Balance:
    """Process the file and write the dataset, the rejected rows and the reports."""
    size = task.path.stat().st_size
    source = SourceObject("raw", task.path.name, "1", "1", size, _UPLOADED)
    with TemporaryDirectory(dir=task.out.parent) as work:
        outcome = process(source, task.path, Path(work), version="1", tier=_NO_LIMIT)
        shutil.move(outcome.dataset, task.out)
    return Balance(**vars(outcome.balance))

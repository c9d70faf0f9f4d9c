"""Processes one raw file as a task in a container: for files that are too large for a function."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tastetrend_etl.ingest import IngestResult
from tastetrend_etl.invocation import ingest_each
from tastetrend_etl.observability import logger, metrics
from tastetrend_etl.run_context import MAX_PARALLEL_CALLS, RunContext
from tastetrend_etl.s3_download import connect
from tastetrend_etl.s3_event import ObjectEvent, read_event
from tastetrend_etl.settings import Settings, load_settings

DONE, FAILED, UNUSABLE = 0, 1, 2
"""Exit codes: the file has a result, a rejection included; another attempt may help; the input is wrong."""


@dataclass(frozen=True)
class TaskInput:
    """The environment variables that name the file: its raw key, and `true` to process it again."""

    raw_key: str
    reprocess: str = ""


def main() -> int:
    """Process the file, log its result or its failure as the functions do, and return the exit code."""
    try:
        file, settings = load_settings(TaskInput), load_settings(Settings)
    except RuntimeError as error:
        logger.error(str(error))
        return UNUSABLE
    return _process(file, settings)


def _process(file: TaskInput, settings: Settings) -> int:
    (part,) = read_event({"key": file.raw_key, "reprocess": file.reprocess == "true"})
    with ThreadPoolExecutor(MAX_PARALLEL_CALLS) as executor:
        context = RunContext(connect(), settings, settings.etl_version, executor)
        (result,) = ingest_each([part], context)
    metrics.flush_metrics()
    if not isinstance(part, ObjectEvent):
        return UNUSABLE
    return DONE if isinstance(result, IngestResult) else FAILED


if __name__ == "__main__":
    sys.exit(main())

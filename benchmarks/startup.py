"""Measures the CPU time of a cold start's imports, and of a small file."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.data import ReviewFile
from benchmarks.engines import baseline, ours
from benchmarks.task import Task

PROCESSES, REPEATS = 7, 50
_LAMBDA_SRC = Path(__file__).parent.parent / "lambda_src"
_LIBRARIES = "import awswrangler, aws_lambda_powertools, boto3; boto3.client('s3')"
_HANDLER = "import api_handler"
_TIMED = (
    "from time import process_time; started = process_time(); {statement}; print(process_time() - started)"
)
# The environment that Lambda and the stack set; no AWS service is called.
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "RAW_BUCKET": "raw",
    "PROCESSED_BUCKET": "processed",
    "ARTIFACTS_BUCKET": "artifacts",
    "PSEUDONYM_KEY": "none",
    "TIER": "small",
}


def import_seconds() -> tuple[float, float]:
    """Return median CPU seconds to import the handler, and to import the libraries and make an S3 client."""
    times = [[_import(statement) for statement in (_HANDLER, _LIBRARIES)] for _ in range(PROCESSES)]
    handler, libraries = (median(column) for column in zip(*times, strict=True))
    return handler, libraries


def _import(statement: str) -> float:
    environment: Mapping[str, str] = {**os.environ, **_ENVIRONMENT}
    command = [sys.executable, "-c", _TIMED.format(statement=statement)]
    ran = subprocess.run(  # noqa: S603 # fixed program, no shell
        command, check=True, capture_output=True, text=True, cwd=_LAMBDA_SRC, env=environment
    )
    return float(ran.stdout)


def fixed_seconds(file: ReviewFile, work: Path) -> tuple[float, float]:
    """Return median CPU seconds of ours and of the baseline for a small file, in a warm process."""
    task = Task(file.source, file.path, work / "small.parquet")
    return _median_time(lambda: ours.run(task)), _median_time(lambda: baseline.run(task))


def _median_time(function: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = process_time()
        function()
        times.append(process_time() - started)
    return median(times)

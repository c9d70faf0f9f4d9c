"""Counts the calls between the function's modules while it processes a file of one review.

`python -m benchmarks.module_trace [LAMBDA_SRC]`
"""

import os
import sys
import threading
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Annotated, Any

import boto3
import typer
from moto import mock_aws
from rich.console import Console
from rich.table import Table

_LAMBDA_SRC = Path(__file__).parents[1] / "lambda_src"
_PAGES = f"{os.sep}report_page{os.sep}"  # makes HTML of the reports, with which the way of a review ends
_BUCKETS = ("raw", "processed", "artifacts")
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "POWERTOOLS_LOG_LEVEL": "ERROR",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "PSEUDONYM_KEY": "none",
    **{f"{name.upper()}_BUCKET": name for name in _BUCKETS},
    "TIER": "small",
}
_FILE = (
    "review_id,customer_name,date,rating,review_text,location,business_name,total_spent,tip_amount,"
    "tip_percentage,party_size,age_range,gender,ethnicity\n"
    "1,Ada Lovelace,2024-05-01,4,Good soup.,Downtown,The Copper Ladle,$20.00,$4.00,20%,2,26-35,Female,Asian\n"
)
_CONTEXT = SimpleNamespace(
    function_name="benchmark",
    function_version="1",
    memory_limit_in_mb=1_024,
    invoked_function_arn="benchmark",
    aws_request_id="benchmark",
    get_remaining_time_in_millis=lambda: 30_000,
)


class Tracer:
    """Notes each call of a function of one folder, and from which module of it the call came.

    Attributes:
        functions: the functions that ran, as (module, qualified name).
        moves: (calling module, called module) → calls, for calls from one module to another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder.resolve()}{os.sep}"
        self.functions: set[tuple[str, str]] = set()
        self.moves: Counter[tuple[str, str]] = Counter()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Take a profiling event of `sys.setprofile`."""
        if event != "call" or not (called := self._module(frame)):
            return
        self.functions.add((called, frame.f_code.co_qualname))
        caller = frame.f_back
        while caller and not self._module(caller):
            caller = caller.f_back
        if caller and (calling := self._module(caller)) != called:
            self.moves[calling, called] += 1

    def _module(self, frame: FrameType) -> str:
        """Return the module's path within the folder; empty for a function of elsewhere."""
        path = frame.f_code.co_filename
        inside = path.startswith(self._folder) and _PAGES not in path
        return path.removeprefix(self._folder) if inside else ""


def trace(lambda_src: Path) -> Tracer:
    """Invoke the handler of a tree on one review, with S3 in memory."""
    os.environ.update(_ENVIRONMENT)
    sys.path.insert(0, str(lambda_src))
    tracer = Tracer(lambda_src)
    with mock_aws():
        s3 = boto3.client("s3")
        for name in _BUCKETS:
            s3.create_bucket(Bucket=name)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="raw", Key="reviews.csv", Body=_FILE.encode())
        response = _traced(tracer, import_module("api_handler").lambda_handler, {"key": "reviews.csv"})
    if [file["action"] for file in response["files"]] != ["processed"]:
        raise RuntimeError(f"the file was not processed: {response}")
    return tracer


def _traced(tracer: Tracer, handler: Any, event: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 # decorated
    threading.setprofile(tracer)
    sys.setprofile(tracer)
    try:
        response: dict[str, Any] = handler(event, _CONTEXT)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return response


def report(lambda_src: Annotated[Path, typer.Argument(help="The tree to trace.")] = _LAMBDA_SRC) -> None:
    """Print how many modules and functions ran, and how many calls went from one module to another."""
    tracer = trace(lambda_src)
    modules = {module for module, _ in tracer.functions}
    table = Table("from", "to", "calls")
    for (calling, called), calls in tracer.moves.most_common():
        table.add_row(calling, called, str(calls))
    console = Console()
    console.print(table)
    console.print(
        f"{len(modules)} modules, {len(tracer.functions)} functions, "
        f"{tracer.moves.total()} calls between modules"
    )


if __name__ == "__main__":
    typer.run(report)

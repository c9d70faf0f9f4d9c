"""Runs the pipeline on local files and writes what the processed bucket would hold."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from ops.local_index import write_local_index
from ops.raw_files import find_raw_files
from ops.result import Result
from ops.summary import exit_code_of, show, to_row
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.outputs import Content, outputs_in_commit_order, outputs_of_rejected_file, to_bytes
from tastetrend_etl.pipeline import process as run_pipeline
from tastetrend_etl.validate.report import Report, error_report

_VERSION = "local"


def process_files(paths: Sequence[Path], out: Path, console: Console) -> Result:
    """Run the pipeline on files and folders of files, write the outputs under `out`, and print a table.

    Raises:
        UsageError: a path cannot be processed.
    """
    reports = [_process(file, out) for file in find_raw_files(paths, console)]
    show(reports, out, console)
    console.print(f"The pages of the files: {write_local_index(reports, out)}")
    return Result({"out": str(out), "files": [to_row(report) for report in reports]}, exit_code_of(reports))


def _process(file: Path, out: Path) -> Report:
    """Write the outputs of one file and return its validation or error report."""
    source = _describe(file)
    keys = output_keys(source)
    with TemporaryDirectory(prefix="tastetrend-") as work:
        try:
            outcome = run_pipeline(source, file, Path(work), version=_VERSION, tier=TIERS["large"])
        except RejectedFileError as error:
            report = error_report(source, _VERSION, error, keys)
            for key, content in outputs_of_rejected_file(keys, report):
                _write(out / key, content)
            return report
        for key, content in outputs_in_commit_order(outcome):
            _write(out / key, content)
        return outcome.validation


def _describe(file: Path) -> SourceObject:
    """Describe the file as an object in S3; its version id is a hash of its content."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    stat = file.stat()
    return SourceObject(
        bucket="local",
        key=file.name,
        version_id=digest[:32],
        etag=digest,
        size=stat.st_size,
        last_modified=datetime.fromtimestamp(stat.st_mtime, UTC),
    )


def _write(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(content))

"""Runs the pipeline on local files and writes what the processed bucket would hold."""

import hashlib
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from ops.summary import show
from tastetrend_etl.account.report import Report, error_report
from tastetrend_etl.budget import MAX_FILE_BYTES
from tastetrend_etl.errors import RefusedError
from tastetrend_etl.keys import OutputKeys, output_keys
from tastetrend_etl.load import encoded, rejected_parquet
from tastetrend_etl.pipeline import Outcome
from tastetrend_etl.pipeline import process as run_pipeline
from tastetrend_etl.records import SourceObject

VERSION = "local"


def process(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Raw review files.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Where the outputs go.")],
) -> None:
    """Process local files without AWS: datasets, rejected rows and reports under --out, keys as in S3."""
    names = Counter(file.name for file in files)
    if twice := [name for name, count in names.items() if count > 1]:
        raise typer.BadParameter(
            f"several files are called {twice[0]}; their outputs would overwrite each other"
        )
    for file in files:
        _process(file, out)
    show(out, Console())


def _process(file: Path, out: Path) -> None:
    source = _described(file)
    keys = output_keys(source)
    with TemporaryDirectory(prefix="tastetrend-") as work:
        try:
            outcome = run_pipeline(source, file, Path(work), version=VERSION, limit=MAX_FILE_BYTES)
        except RefusedError as error:
            _write_report(out / keys.error, error_report(source, VERSION, error))
        else:
            _write(outcome, keys, out)


def _described(file: Path) -> SourceObject:
    """Return the file as if it were an object; its version is its content."""
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


def _write(outcome: Outcome, keys: OutputKeys, out: Path) -> None:
    if outcome.rejected:
        _parent_made(out / keys.rejected).write_bytes(rejected_parquet(outcome.rejected))
    if outcome.bias:
        _write_report(out / keys.bias, outcome.bias)
    _write_report(out / keys.validation, outcome.validation)
    shutil.copyfile(outcome.dataset, _parent_made(out / keys.dataset))


def _write_report(path: Path, report: Report) -> None:
    _parent_made(path).write_bytes(encoded(report))


def _parent_made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path

"""Runs the pipeline on an emulator: uploads raw files and prints a table of the results."""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from rich.console import Console
from rich.progress import Progress

from local.deploy import deploy_stack, timed_status
from local.emulator import PROJECT, Emulator, running
from local.logs import last_log_events
from local.page import can_open_page, present_page
from local.preflight import check_machine
from local.retrieval import check_packages, show_retrieval
from ops.errors import CommandError
from ops.local_index import write_local_index
from ops.raw_files import find_raw_files
from ops.replay import list_objects
from ops.summary import exit_code_of, read_reports, show
from tastetrend_etl.output_keys import dataset_keys, output_keys
from tastetrend_etl.s3_download import find_current_version

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

RESULTS = Path("build/demo")
_TIMEOUT_SECONDS = 300  # without progress; enough for three attempts of 30 s on a busy machine
_POLL_SECONDS = 0.2

Outputs = Mapping[str, str]


def samples() -> list[Path]:
    """Return the five files of the four sources."""
    return sorted(path for path in (PROJECT / "samples").iterdir() if path.suffix in {".csv", ".txt"})


def run(paths: Sequence[Path], console: Console, *, rag: bool, show_page: bool) -> int:
    """Deploy the stack on an emulator, upload files, show the results, and return the exit code.

    With `rag`, also show how many sentences were embedded, and the answer to a question. With `show_page`,
    open the index of their pages in a browser, where there is one.

    Raises:
        UsageError: a path cannot be processed.
        CommandError: the machine lacks something, or a step fails.
    """
    files = find_raw_files(paths, console)
    check_machine(RESULTS.parent)
    if rag:
        check_packages()
    started = time.monotonic()
    with running() as emulator:
        outputs = deploy_stack(emulator, console, retrieval=rag)
        s3 = boto3.client("s3", **emulator.connection)
        with timed_status(console, "Uploading", f"Uploaded {len(files)} files"):
            expected = [_upload(s3, file, outputs["RawBucketName"]) for file in files]
        await_all(emulator, outputs, expected, console)
        _mirror(s3, outputs["ProcessedBucketName"])
        reports = read_reports(RESULTS)
        show(reports, RESULTS, console)
        if rag:
            show_retrieval(emulator, outputs, [file.name for file in files], console)
    console.print(f"Done in {time.monotonic() - started:.0f} s (environment local, stopped again)")
    opened = show_page and can_open_page(console, os.environ)
    present_page(write_local_index(reports, RESULTS), console, opened=opened)
    return exit_code_of(reports)


def _upload(s3: "S3Client", file: Path, bucket: str) -> set[str]:
    """Upload a file and return the keys of which one will show that it was processed."""
    s3.upload_file(str(file), bucket, file.name)
    source = find_current_version(s3, bucket, file.name)
    if source is None:
        raise CommandError(f"{file.name} was uploaded and is missing; does another program use the emulator?")
    return {*dataset_keys(file.name).values(), output_keys(source).error}


def await_all(emulator: Emulator, outputs: Outputs, expected: list[set[str]], console: Console) -> None:
    """Wait until each file has its dataset or its error report.

    Raises:
        CommandError: an event has failed finally, or there is no progress any more.
    """
    s3, sqs = boto3.client("s3", **emulator.connection), boto3.client("sqs", **emulator.connection)
    finished, deadline = 0, time.monotonic() + _TIMEOUT_SECONDS
    with Progress(console=console) as progress:
        task = progress.add_task("Processing", total=len(expected))
        while finished < len(expected):
            time.sleep(_POLL_SECONDS)
            present = {entry["Key"] for entry in list_objects(s3, outputs["ProcessedBucketName"])}
            before, finished = finished, sum(bool(present & keys) for keys in expected)
            if finished > before:
                deadline = time.monotonic() + _TIMEOUT_SECONDS
            progress.update(task, completed=finished)
            if time.monotonic() > deadline or _has_failures(sqs, outputs["FailureQueueUrl"]):
                raise CommandError(
                    f"{len(expected) - finished} of {len(expected)} files were not processed; the last log "
                    f"events of the function:\n{last_log_events(emulator, outputs['LogGroupName'])}"
                )


def _has_failures(sqs: "SQSClient", queue: str) -> bool:
    response = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return response["Attributes"]["ApproximateNumberOfMessages"] != "0"


def _mirror(s3: "S3Client", bucket: str) -> None:
    """Copy the bucket to a local folder, under the same keys."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    for entry in list_objects(s3, bucket):
        target = RESULTS / entry["Key"]
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, entry["Key"], str(target))

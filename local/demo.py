"""Shows the whole pipeline at work: raw files in, a table of what became of them out."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from rich.console import Console
from rich.progress import Progress

from local.emulator import PROJECT, Emulator, running
from local.steps import deploy_stack, step
from ops.errors import CommandError
from ops.input_files import check_files
from ops.summary import exit_code_of, read_reports, show
from tastetrend_etl.extract import find_current_version
from tastetrend_etl.output_keys import OutputKeys, output_keys

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

RESULTS = Path("build/demo")
_PATIENCE_SECONDS = 300  # without news; three attempts of 30 s each fit in, on a busy machine too
_POLL_SECONDS = 0.2
_SHOWN_LINES = 20

Outputs = Mapping[str, str]


def samples() -> list[Path]:
    """Return the five files of the four sources."""
    return sorted([*(PROJECT / "samples").glob("*.csv"), *(PROJECT / "samples").glob("*.txt")])


def run(files: list[Path], console: Console) -> int:
    """Deploy the stack on an emulator, upload the files, show the results, and return the exit code.

    Raises:
        UsageError: a file cannot be read, or two would overwrite each other.
        CommandError: a file was not processed.
    """
    check_files(files)
    started = time.monotonic()
    with running() as emulator:
        outputs = deploy_stack(emulator, console)
        s3 = boto3.client("s3", **emulator.connection)
        with step(console, "Uploading", f"Uploaded {len(files)} files"):
            awaited = [_upload(s3, file, outputs["RawBucketName"]) for file in files]
        await_all(emulator, outputs, awaited, console)
        _mirror(s3, outputs["ProcessedBucketName"])
    reports = read_reports(RESULTS)
    show(reports, RESULTS, console)
    console.print(f"Done in {time.monotonic() - started:.0f} s (environment local, stopped again)")
    return exit_code_of(reports)


def _upload(s3: "S3Client", file: Path, bucket: str) -> OutputKeys:
    """Upload a file and return the keys of what it will become."""
    s3.upload_file(str(file), bucket, file.name)
    source = find_current_version(s3, bucket, file.name)
    if source is None:
        raise CommandError(
            f"{file.name} was uploaded and is not there; is another program using the emulator?"
        )
    return output_keys(source)


def await_all(emulator: Emulator, outputs: Outputs, awaited: list[OutputKeys], console: Console) -> None:
    """Wait until each file has its dataset or its error report.

    Raises:
        CommandError: an event failed for good, or nothing happens any more.
    """
    s3, sqs = boto3.client("s3", **emulator.connection), boto3.client("sqs", **emulator.connection)
    with Progress(console=console) as progress:
        task = progress.add_task("Processing", total=len(awaited))
        done, last_news = 0, time.monotonic()
        while done < len(awaited):
            time.sleep(_POLL_SECONDS)
            there = set(_keys(s3, outputs["ProcessedBucketName"]))
            if (now_done := sum(not there.isdisjoint({keys.dataset, keys.error}) for keys in awaited)) > done:
                done, last_news = now_done, time.monotonic()
            progress.update(task, completed=done)
            if (
                _has_failed(sqs, outputs["FailureQueueUrl"])
                or time.monotonic() - last_news > _PATIENCE_SECONDS
            ):
                raise CommandError(_complaint(emulator, outputs, f"{len(awaited) - done} of {len(awaited)}"))


def _keys(s3: "S3Client", bucket: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _has_failed(sqs: "SQSClient", queue: str) -> bool:
    """Tell whether an event has come into the failure queue."""
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    return answer["Attributes"]["ApproximateNumberOfMessages"] != "0"


def _complaint(emulator: Emulator, outputs: Outputs, left: str) -> str:
    logs = boto3.client("logs", **emulator.connection)
    events = logs.filter_log_events(logGroupName=outputs["LogGroupName"])["events"]
    said = "\n".join(event["message"] for event in events[-_SHOWN_LINES:])
    return f"{left} files were not processed; the function's last words were:\n{said or '(none)'}"


def _mirror(s3: "S3Client", bucket: str) -> None:
    """Copy the bucket, under the same keys."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    for key in _keys(s3, bucket):
        target = RESULTS / key
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(target))

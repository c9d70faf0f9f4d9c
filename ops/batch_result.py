"""Prints what a batch has come to: the files that failed, and why."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ops.batch_progress import Counts, find_map_run, read_counts
from ops.failures import read_reason
from ops.processed_objects import read_object
from ops.result import Result
from ops.stack_outputs import CommandContext

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient

_SHOWN_FILES = 20
_ENDS = {
    "SUCCEEDED": "has ended",
    "FAILED": "has failed",
    "ABORTED": "was stopped",
    "TIMED_OUT": "took too long and was stopped",
}


def finish(
    client: "SFNClient", context: CommandContext, execution: str, described: dict[str, Any], folder: str
) -> Result:
    """Print the result of an execution that has ended, and its report from a folder under `batches/`."""
    console, status, name = context.console, described["status"], described["name"]
    counts, failed = read_counts(client, execution) or {}, list(_failed_files(client, execution))
    console.print(f"The batch {name} of {context.env} {_ENDS[status]}: {_describe(counts)}.")
    _print_failed(context, status, failed)
    report = read_report(context, folder)
    if report and report["execution"] != name:
        report = None  # of an earlier upload of the manifest
    if report:
        _print_report(context, report, folder)
    elif cause := described.get("cause"):
        console.print(f"There is no report: {read_reason(cause)}")
    data = {"environment": context.env, "execution": name, "status": status, "counts": counts}
    return Result(data | {"failed": failed, "report": report}, int(status != "SUCCEEDED" or bool(failed)))


def read_report(context: CommandContext, folder: str) -> dict[str, Any] | None:
    """Return the report in a folder under `batches/`; None if it was not written."""
    content = read_object(context, report_key(folder))
    report: dict[str, Any] | None = json.loads(content) if content else None
    return report


def _print_report(context: CommandContext, report: dict[str, Any], folder: str) -> None:
    console, files = context.console, report["files"]
    others = [f"{count:,} {name}" for name, count in files.items() if count and name != "all"]
    console.print(f"{files['all']:,} files: {', '.join(others)}.")
    console.print("Rows: " + ", ".join(f"{count:,} {name}" for name, count in report["rows"].items()) + ".")
    for file in [file for file in report["worst_first"] if _is_bad(file)][:_SHOWN_FILES]:
        console.print(f"{file['key']}: {' '.join(filter(None, (file['outcome'], file['reason'])))}")
    if report["uploaded_later"]:
        console.print(f"{len(report['uploaded_later']):,} files were uploaded after the start.")
    verdict = "holds: each file has one result, and its rows add up" if report["holds"] else "does not hold"
    console.print(f"The balance {verdict}. Report: s3://{context.processed_bucket}/{report_key(folder)}")


def _is_bad(file: dict[str, Any]) -> bool:
    return bool(file["outcome"] != "processed" or file["status"] == "fail")


def report_key(folder: str) -> str:
    """Return the key of the report in a folder under `batches/`."""
    return f"batches/{folder}/report.json"


def _describe(counts: Counts) -> str:
    if not counts:
        return "no file was listed"
    return f"{counts['succeeded']:,} of {counts['total']:,} files succeeded, {counts['failed']:,} failed"


def _print_failed(context: CommandContext, status: str, failed: Sequence[Mapping[str, str]]) -> None:
    for file in failed[:_SHOWN_FILES]:
        context.console.print(f"{file['key']}: {file['reason']}")
    if len(failed) > _SHOWN_FILES:
        context.console.print(f"… and {len(failed) - _SHOWN_FILES:,} more; --json lists them all")
    if failed:
        context.console.print(
            f"They are in the failure queue. Remove the cause, then: tastetrend redrive --env {context.env}"
        )
    if status in {"ABORTED", "TIMED_OUT"}:
        context.console.print("Continue it with --again.")


def _failed_files(client: "SFNClient", execution: str) -> Iterator[dict[str, str]]:
    """Yield key and reason of each file whose child execution failed."""
    if run := find_map_run(client, execution):
        pages = client.get_paginator("list_executions").paginate(mapRunArn=run, statusFilter="FAILED")
        for child in (child for page in pages for child in page["executions"]):
            described = client.describe_execution(executionArn=child["executionArn"])
            yield {
                "key": json.loads(described["input"])["key"],
                "reason": read_reason(described.get("cause") or described.get("error") or "no reason given"),
            }

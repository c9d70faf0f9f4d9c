"""Replays a golden file with one version, within the artifacts bucket, and reads the outputs."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from botocore.exceptions import ClientError

from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_download import find_current_version, is_not_found
from tastetrend_etl.s3_parquet import read_parquet
from tastetrend_gate.golden_files import GoldenFile
from tastetrend_gate.models import Embed, GateSettings, ReplayResult, Runtime
from tastetrend_gate.replay_result import DUPLICATE, NO_ROWS, folder_of, to_result

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_Report = dict[str, Any]  # a JSON document
_MAX_MESSAGE = 300
_FORMER_ACTIONS = {"refused": "rejected"}  # contract version 1 has another word


class UnreadableError(Exception):
    """The version's outputs violate the data contract."""


@dataclass(frozen=True)
class ReplayContext:
    """Clients, settings, and the name of the gate run, which is part of its object keys.

    Attributes:
        embed: returns the numbers of each text; used only where retrieval is on.
        check_time: raises `OutOfTimeError` when too little time remains for another step.
    """

    s3: "S3Client"
    lambda_: "LambdaClient"
    settings: GateSettings
    run: str
    embed: Embed
    check_time: Callable[[], None]


def replay(golden: GoldenFile, version: str, context: ReplayContext) -> ReplayResult:
    """Return the version's result for the file; a fault of the version is a result too."""
    context.check_time()
    key = _key(golden.name, version, context)
    bucket = context.settings.artifacts_bucket
    context.s3.put_object(Bucket=bucket, Key=key, Body=golden.body)
    outcome, reason = _invoke(context, version, {"bucket": bucket, "key": key, "reprocess": True})
    if outcome != "processed":
        return ReplayResult(outcome, reason)
    try:
        return _read_outputs(context.s3, bucket, key)
    except UnreadableError as error:
        return ReplayResult("unreadable", f"({error})")
    except KeyError as error:
        return ReplayResult("unreadable", f"(its outputs lack {error})")


def read_runtime(version: str, context: ReplayContext) -> Runtime | None:
    """Return what a version runs on, None if it does not tell.

    Every version skips the event, since there is no such object, so that it also answers if it cannot write.
    """
    event = {"bucket": context.settings.artifacts_bucket, "key": _key("runtime", version, context)}
    match _call(context, version, event):
        case {"runtime": dict(runtime)}:
            return runtime
    return None


def _key(name: str, version: str, context: ReplayContext) -> str:
    return f"gate/{context.run}/{version}/{name}"


def _call(context: ReplayContext, version: str, event: Mapping[str, object]) -> object:
    response = context.lambda_.invoke(
        FunctionName=f"{context.settings.etl_function}:{version}", Payload=json.dumps(event).encode()
    )
    answer: object = json.loads(response["Payload"].read())
    return answer


def _invoke(context: ReplayContext, version: str, event: Mapping[str, object]) -> tuple[str, str]:
    match _call(context, version, event):
        case {"files": [{"action": str(action), "reason": str(reason)}]}:
            return _FORMER_ACTIONS.get(action, action), reason
        case {"errorType": str(kind), "errorMessage": str(message)}:
            return "failed", f"({kind}: {message[:_MAX_MESSAGE]})"
    return "failed", "(its response has no known form)"


def _read_outputs(s3: "S3Client", bucket: str, key: str) -> ReplayResult:
    """Read the outputs from the keys that the version's validation report names.

    The key of that report is the same in every contract version; those of rejected rows are not.
    """
    source = find_current_version(s3, bucket, key)
    if source is None:
        raise UnreadableError("the golden file itself no longer exists")
    report_key = output_keys(source).validation
    report = _read_json(s3, bucket, report_key)
    outputs = report["outputs"]
    table = _read_table(s3, bucket, outputs["dataset"])
    left_out = _read_table(s3, bucket, outputs["rejected"]) if outputs["rejected"] else NO_ROWS
    _check_counts(report["rows"], table, left_out)
    bias = _read_json(s3, bucket, outputs["bias"])
    return replace(to_result(report, table, left_out, bias, key), keys=_comparable(outputs, report_key, key))


def _check_counts(counted: Mapping[str, int], table: pd.DataFrame, left_out: pd.DataFrame) -> None:
    duplicates = int((left_out["reason"] == DUPLICATE).sum())
    stored = {"written": len(table), "rejected": len(left_out) - duplicates}
    if "duplicate_of" in left_out:  # before contract version 2, duplicates were only counted
        stored["duplicate"] = duplicates
    if stored != {name: counted[name] for name in stored}:
        raise UnreadableError(f"its report counts {counted}, its objects contain {stored}")


def _comparable(outputs: Mapping[str, str | None], report_key: str, key: str) -> dict[str, str]:
    """Return output → its key, without the run's folder and the suffix of the golden file's upload."""
    suffix = report_key.rpartition("_")[2].removesuffix(".json")
    return {
        name: output.replace(folder_of(key), "").replace(suffix, "*")
        for name, output in outputs.items()
        if output
    }


def _read_json(s3: "S3Client", bucket: str, key: str) -> _Report:
    with _unreadable_errors(key):
        content: _Report = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return content


def _read_table(s3: "S3Client", bucket: str, key: str) -> pd.DataFrame:
    with _unreadable_errors(key):
        return read_parquet(s3, bucket, key)


@contextmanager
def _unreadable_errors(key: str) -> Iterator[None]:
    """Raise UnreadableError for an object that is missing or damaged."""
    try:
        yield
    except ClientError as error:
        if is_not_found(error):
            raise UnreadableError(f"no object at {key}") from error
        raise
    except ValueError as error:
        raise UnreadableError(f"{key} is damaged") from error

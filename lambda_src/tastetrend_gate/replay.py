"""Replays a golden file with one version, within the artifacts bucket, and reads the outputs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from botocore.exceptions import ClientError

from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_download import find_current_version, is_not_found
from tastetrend_etl.s3_parquet import read_parquet
from tastetrend_gate.golden_files import GoldenFile
from tastetrend_gate.models import INDEX, GateSettings, Group, ReplayResult

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_Report = dict[str, Any]  # a JSON document
_MAX_MESSAGE = 300
_DUPLICATE = "duplicate"
_NO_ROWS = pd.DataFrame({INDEX: [], "reason": []})
_FORMER_ACTIONS = {"refused": "rejected"}  # contract version 1 has another word


class UnreadableError(Exception):
    """The version's outputs violate the data contract."""


@dataclass(frozen=True)
class ReplayContext:
    """Clients, settings, and the name of the gate run, which is part of its object keys."""

    s3: "S3Client"
    lambda_: "LambdaClient"
    settings: GateSettings
    run: str


def replay(golden: GoldenFile, version: str, context: ReplayContext) -> ReplayResult:
    """Return the version's result for the file; a fault of the version is a result too."""
    key = f"gate/{context.run}/{version}/{golden.name}"
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


def _invoke(context: ReplayContext, version: str, event: Mapping[str, object]) -> tuple[str, str]:
    response = context.lambda_.invoke(
        FunctionName=f"{context.settings.etl_function}:{version}", Payload=json.dumps(event).encode()
    )
    match json.loads(response["Payload"].read()):
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
    left_out = _read_table(s3, bucket, outputs["rejected"]) if outputs["rejected"] else _NO_ROWS
    _check_counts(report["rows"], table, left_out)
    bias = _read_json(s3, bucket, outputs["bias"])
    return replace(_to_result(report, table, left_out, bias, key), keys=_comparable(outputs, report_key, key))


def _check_counts(counted: Mapping[str, int], table: pd.DataFrame, left_out: pd.DataFrame) -> None:
    duplicates = int((left_out["reason"] == _DUPLICATE).sum())
    stored = {"written": len(table), "rejected": len(left_out) - duplicates}
    if "duplicate_of" in left_out:  # before contract version 2, duplicates were only counted
        stored["duplicate"] = duplicates
    if stored != {name: counted[name] for name in stored}:
        raise UnreadableError(f"its report counts {counted}, its objects contain {stored}")


def _to_result(
    report: _Report, table: pd.DataFrame, left_out: pd.DataFrame, bias: _Report, key: str
) -> ReplayResult:
    rejected = left_out[left_out["reason"] != _DUPLICATE]
    issues = table[[INDEX, "issues"]].explode("issues").dropna()
    return ReplayResult(
        outcome="processed",
        schema=tuple((str(name), str(kind.pyarrow_dtype)) for name, kind in table.dtypes.items()),
        rows=report["rows"],
        rejected=dict(zip(rejected[INDEX], rejected["reason"], strict=True)),
        issues={str(code): frozenset(rows) for code, rows in issues.groupby("issues")[INDEX]},
        table=_by_source_row(table, key),
        groups=_read_groups(bias),
        contract_version=report.get("contract_version", 1),
        spellings=_read_spellings(bias),
    )


def _comparable(outputs: Mapping[str, str | None], report_key: str, key: str) -> dict[str, str]:
    """Return output → its key, without the run's folder and the suffix of the golden file's upload."""
    suffix = report_key.rpartition("_")[2].removesuffix(".json")
    return {
        name: output.replace(_folder(key), "").replace(suffix, "*")
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


def _read_groups(report: Mapping[str, Any]) -> dict[str, dict[str, Group]]:
    """Return column → group → its figures in the bias report."""
    return {
        column: {
            name: Group(group["share"], group["rating_gap"] or 0.0)
            for name, group in described["groups"].items()
        }
        for column, described in report["columns"].items()
    }


def _read_spellings(report: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return column → spelling → group; earlier versions made a group of each spelling."""
    return {
        column: {
            spelling: name for name, known in described.get("spellings", {}).items() for spelling in known
        }
        for column, described in report["columns"].items()
    }


def _by_source_row(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index by source row, and remove the run's folder from `source_file`, so that runs are comparable."""
    named = table.assign(source_file=table["source_file"].str.removeprefix(_folder(key)))
    return named.drop_duplicates(INDEX).set_index(INDEX)


def _folder(key: str) -> str:
    """Return the folder of a golden file in this run, with its slash."""
    return key.removesuffix(key.rpartition("/")[2])

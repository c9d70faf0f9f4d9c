"""Replays a golden file with one version, within the artifacts bucket, and reads the outputs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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

_MAX_MESSAGE = 300
_DUPLICATE = "duplicate"


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
            return action, reason
        case {"errorType": str(kind), "errorMessage": str(message)}:
            return "failed", f"({kind}: {message[:_MAX_MESSAGE]})"
    return "failed", "(its response has no known form)"


def _read_outputs(s3: "S3Client", bucket: str, key: str) -> ReplayResult:
    source = find_current_version(s3, bucket, key)
    if source is None:
        raise UnreadableError("the golden file itself no longer exists")
    keys = output_keys(source)
    validation, bias = (_read_json(s3, bucket, report) for report in (keys.validation, keys.bias))
    table, counted = _read_table(s3, bucket, keys.dataset), validation["rows"]
    none = pd.DataFrame({INDEX: [], "reason": []})
    left_out = _read_table(s3, bucket, keys.rejected) if validation["outputs"]["rejected"] else none
    duplicate = left_out["reason"] == _DUPLICATE
    rejected = left_out[~duplicate]
    stored = {"written": len(table), "rejected": len(rejected)}
    if "duplicate_of" in left_out:  # before contract version 2, duplicates were only counted
        stored["duplicate"] = int(duplicate.sum())
    if stored != {name: counted[name] for name in stored}:
        raise UnreadableError(f"its report counts {counted}, its objects contain {stored}")
    issues = table[[INDEX, "issues"]].explode("issues").dropna()
    return ReplayResult(
        outcome="processed",
        schema=tuple((str(name), str(kind.pyarrow_dtype)) for name, kind in table.dtypes.items()),
        rows=counted,
        rejected=dict(zip(rejected[INDEX], rejected["reason"], strict=True)),
        issues={str(code): frozenset(rows) for code, rows in issues.groupby("issues")[INDEX]},
        table=_by_source_row(table, key),
        groups=_read_groups(bias),
        contract_version=validation.get("contract_version", 1),
        spellings=_read_spellings(bias),
    )


def _read_json(s3: "S3Client", bucket: str, key: str) -> dict[str, Any]:
    with _unreadable_errors(key):
        content: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
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
    folder = key.removesuffix(key.rpartition("/")[2])
    named = table.assign(source_file=table["source_file"].str.removeprefix(folder))
    return named.drop_duplicates(INDEX).set_index(INDEX)

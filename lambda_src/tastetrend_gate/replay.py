"""Replays a golden file through one version, within the artifacts bucket, and reads what it made of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
from botocore.exceptions import ClientError

from tastetrend_etl.extract import find_current_version
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_parquet import read_parquet
from tastetrend_gate.golden import Golden
from tastetrend_gate.groups import read_groups
from tastetrend_gate.records import INDEX, Facts
from tastetrend_gate.settings import GateSettings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

_LONGEST_MESSAGE = 300
_GONE = frozenset({"404", "NoSuchKey"})


class UnreadableError(Exception):
    """What the version wrote is not what the data contract promises."""


@dataclass(frozen=True)
class Stage:
    """Where golden files are replayed."""

    s3: "S3Client"
    lambda_: "LambdaClient"
    settings: GateSettings
    run: str


def replay(golden: Golden, version: str, stage: Stage) -> Facts:
    """Return what the version makes of the file; a fault of the version is such a fact as well."""
    key = f"gate/{stage.run}/{version}/{golden.name}"
    bucket = stage.settings.artifacts_bucket
    stage.s3.put_object(Bucket=bucket, Key=key, Body=golden.body)
    outcome, reason = _invoke(stage, version, {"bucket": bucket, "key": key, "reprocess": True})
    if outcome != "processed":
        return Facts(outcome, reason)
    try:
        return _facts(stage.s3, bucket, key)
    except UnreadableError as error:
        return Facts("unreadable", f"({error})")
    except KeyError as error:
        return Facts("unreadable", f"(what it wrote lacks {error})")


def _invoke(stage: Stage, version: str, event: Mapping[str, object]) -> tuple[str, str]:
    answer = stage.lambda_.invoke(
        FunctionName=f"{stage.settings.etl_function}:{version}", Payload=json.dumps(event).encode()
    )
    match json.loads(answer["Payload"].read()):
        case {"files": [{"action": str(action), "reason": str(reason)}]}:
            return action, reason
        case {"errorType": str(kind), "errorMessage": str(message)}:
            return "failed", f"({kind}: {message[:_LONGEST_MESSAGE]})"
    return "failed", "(its answer is of no known form)"


def _facts(s3: "S3Client", bucket: str, key: str) -> Facts:
    source = find_current_version(s3, bucket, key)
    if source is None:
        raise UnreadableError("the golden file itself is gone")
    keys = output_keys(source)
    validation, bias = (_document(s3, bucket, report) for report in (keys.validation, keys.bias))
    table, counted = _table(s3, bucket, keys.dataset), validation["rows"]
    none = pd.DataFrame({INDEX: [], "reason": []})
    rejected = _table(s3, bucket, keys.rejected) if counted["rejected"] else none
    held = {"written": len(table), "rejected": len(rejected)}
    if held != {fate: counted[fate] for fate in held}:
        raise UnreadableError(f"its report counts {counted}, its objects hold {held}")
    return Facts(
        outcome="processed",
        schema=tuple((str(name), str(kind.pyarrow_dtype)) for name, kind in table.dtypes.items()),
        rows=counted,
        rejected=dict(zip(rejected[INDEX], rejected["reason"], strict=True)),
        issues=_issues(table),
        table=_by_source_row(table, key),
        groups=read_groups(bias),
    )


def _document(s3: "S3Client", bucket: str, key: str) -> dict[str, Any]:
    content: dict[str, Any] = _read(
        key, lambda: json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    )
    return content


def _table(s3: "S3Client", bucket: str, key: str) -> pd.DataFrame:
    return _read(key, lambda: read_parquet(s3, bucket, key))


def _read(key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise UnreadableError(f"nothing stands under {key}") from error
        raise
    except ValueError as error:
        raise UnreadableError(f"{key} is damaged") from error


def _issues(table: pd.DataFrame) -> dict[str, frozenset[int]]:
    carried = table[[INDEX, "issues"]].explode("issues").dropna()
    return {str(code): frozenset(rows) for code, rows in carried.groupby("issues")[INDEX]}


def _by_source_row(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index the rows by what tells them apart, and take the run out of what tells their file."""
    folder = key.removesuffix(key.rpartition("/")[2])
    named = table.assign(source_file=table["source_file"].str.removeprefix(folder))
    return named.drop_duplicates(INDEX).set_index(INDEX)

"""Keeps a verdict in the artifacts bucket: JSON for tools, a page for people, a table of figures."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import awswrangler as wr
import pandas as pd

from tastetrend_gate.page import render
from tastetrend_gate.verdict import LIMITS, Verdict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def publish(s3: "S3Client", bucket: str, verdict: Verdict) -> dict[str, Any]:
    """Write all three, and return what the gate answers."""
    verdict_key, page_key = (f"releases/{verdict.version}/verdict.{kind}" for kind in ("json", "html"))
    comparisons_key = f"releases/{verdict.version}/comparisons.parquet"
    wr.s3.to_parquet(pd.DataFrame(map(vars, verdict.comparisons)), f"s3://{bucket}/{comparisons_key}")
    said = {name: value for name, value in asdict(verdict).items() if name != "comparisons"}
    _put(s3, bucket, verdict_key, json.dumps(said | {"limits": _limits()}, indent=2), "application/json")
    _put(s3, bucket, page_key, render(verdict), "text/html; charset=utf-8")
    return {
        "status": verdict.status,
        "version": verdict.version,
        "baseline": verdict.baseline,
        "reasons": [str(reason) for reason in verdict.reasons],
        "verdict_key": verdict_key,
        "page_key": page_key,
        "comparisons_key": comparisons_key,
    }


def _put(s3: "S3Client", bucket: str, key: str, text: str, kind: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=kind)


def _limits() -> dict[str, dict[str, dict[str, float]]]:
    return {
        measure: {str(against): asdict(limits) for against, limits in each.items()}
        for measure, each in LIMITS.items()
    }

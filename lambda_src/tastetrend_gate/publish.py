"""Writes a verdict to the artifacts bucket as JSON, as an HTML page, and its comparisons as parquet."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tastetrend_etl.s3_parquet import write_parquet
from tastetrend_gate.html_report import render
from tastetrend_gate.verdict import LIMITS, Verdict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_COMPARISONS = pa.schema(
    [(name, pa.string()) for name in ("file", "subject", "measure", "against")]
    + [("distance", pa.float64()), ("figures", pa.string())]
)


def publish(s3: "S3Client", bucket: str, verdict: Verdict) -> dict[str, Any]:
    """Write all three, and return the gate's response."""
    verdict_key, page_key = (f"releases/{verdict.version}/verdict.{suffix}" for suffix in ("json", "html"))
    comparisons_key = f"releases/{verdict.version}/comparisons.parquet"
    comparisons = pa.Table.from_pylist([vars(each) for each in verdict.comparisons], _COMPARISONS)
    write_parquet(s3, bucket, comparisons_key, comparisons, {"ContentType": "application/vnd.apache.parquet"})
    document = asdict(verdict) | {"limits": _limits()}
    del document["comparisons"]
    _put(s3, bucket, verdict_key, json.dumps(document, indent=2), "application/json")
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


def _put(s3: "S3Client", bucket: str, key: str, text: str, content_type: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=content_type)


def _limits() -> dict[str, dict[str, dict[str, float]]]:
    return {
        measure: {str(against): asdict(limits) for against, limits in each.items()}
        for measure, each in LIMITS.items()
    }

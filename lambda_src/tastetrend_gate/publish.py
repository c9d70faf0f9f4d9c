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

_FILES = {"verdict_key": "verdict.json", "page_key": "verdict.html", "comparisons_key": "comparisons.parquet"}
_PARQUET = "application/vnd.apache.parquet"
_COMPARISONS = pa.schema(
    [(name, pa.string()) for name in ("file", "subject", "measure", "against")]
    + [("distance", pa.float64()), ("figures", pa.string()), ("intended", pa.bool_())]
)


def publish(s3: "S3Client", bucket: str, verdict: Verdict) -> dict[str, Any]:
    """Write all three, and return the gate's response."""
    keys = {name: f"releases/{verdict.version}/{file}" for name, file in _FILES.items()}
    document = vars(verdict) | {"counts": verdict.counts, "limits": LIMITS}
    comparisons = pa.Table.from_pylist([vars(each) for each in document.pop("comparisons")], _COMPARISONS)
    write_parquet(s3, bucket, keys["comparisons_key"], comparisons, {"ContentType": _PARQUET})
    _put(s3, bucket, keys["verdict_key"], json.dumps(document, indent=2, default=asdict), "application/json")
    _put(s3, bucket, keys["page_key"], render(verdict), "text/html; charset=utf-8")
    return {
        "status": verdict.status,
        "version": verdict.version,
        "baseline": verdict.baseline,
        "reasons": [str(reason) for reason in verdict.reasons],
        "comparisons": verdict.counts,
        "not_compared": verdict.not_compared,
        "runtimes": verdict.runtimes,
        "retrieval": asdict(verdict.retrieval),
        **keys,
    }


def _put(s3: "S3Client", bucket: str, key: str, text: str, content_type: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=content_type)

"""Accounts for all files of a batch: reads from S3 what became of each, and writes one report."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_batch.models import Batch, BatchSettings
from tastetrend_batch.read_results import WORKERS, connect, read_results
from tastetrend_batch.summary import summarise
from tastetrend_etl.settings import function_name, load_settings

SETTINGS = load_settings(BatchSettings)
S3 = connect()
logger = Logger(service=function_name())


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, str], _context: LambdaContext) -> dict[str, Any]:
    """Write the report of the batch `execution` over `prefix` that was `started` at an ISO time.

    Returns:
        `holds`: every file has exactly one result, and the rows of each add up; `key` of the report; `files`
        by outcome.
    """
    batch = Batch(event["execution"], event["prefix"], datetime.fromisoformat(event["started"]))
    with ThreadPoolExecutor(WORKERS) as executor:
        results, later = read_results(S3, SETTINGS, batch, executor)
        report = {"execution": batch.execution, "prefix": batch.prefix, "started": event["started"]} | {
            "uploaded_later": later,
            **summarise(results),
        }
    body = json.dumps(report, ensure_ascii=False, indent=2).encode(errors="backslashreplace")
    S3.put_object(
        Bucket=SETTINGS.processed_bucket, Key=batch.report_key, Body=body, ContentType="application/json"
    )
    response = {"holds": report["holds"], "key": batch.report_key, "files": report["files"]}
    logger.info("reported", extra=response)
    return response

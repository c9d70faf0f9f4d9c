"""Reports on all files of a batch: reads each result from S3, and writes one report."""

import json
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from tastetrend_batch.manifest import gather, to_jsonl
from tastetrend_batch.models import Batch, BatchSettings
from tastetrend_batch.read_results import WORKERS, connect, read_results
from tastetrend_batch.summary import summarise
from tastetrend_etl.errors import sanitize_exception
from tastetrend_etl.settings import function_name, load_settings
from tastetrend_etl.tracing import start_tracing

TRACER = start_tracing()  # before any client is made
SETTINGS = load_settings(BatchSettings)
S3 = connect()
logger = Logger(service=function_name())
_MAX_WAIT = timedelta(hours=1)  # for the files that a manifest names


@logger.inject_lambda_context(clear_state=True)
@TRACER.capture_lambda_handler(capture_response=False, capture_error=False)
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Write the report of the batch `execution` that was `started` at an ISO time with `input`.

    With `gather`, the raw key of a manifest, write the list of its files instead.

    Returns:
        `holds`: every file has exactly one result, and the rows of each add up; `key` of the report; `files`
        by outcome. Of a manifest: `ready`: all files are there, or an hour has passed; the first that are
        `missing`; `list`: the key of the list.
    """
    started = datetime.fromisoformat(event["started"])
    try:
        with ThreadPoolExecutor(WORKERS) as executor:
            if "gather" in event:
                return _gather(event["gather"], event["execution"], started, executor)
            return _report(_read_batch(event, started), executor)
    except (BotoCoreError, ClientError) as error:  # the message of a denied request has the key
        raise sanitize_exception(error) from None


def _gather(manifest: str, execution: str, started: datetime, executor: Executor) -> dict[str, Any]:
    gathered, key = gather(S3, SETTINGS.raw_bucket, manifest, executor), f"batches/{execution}/files.jsonl"
    _put(key, to_jsonl(gathered.keys), "application/jsonl")
    waited = datetime.now(UTC) - started > _MAX_WAIT
    response = {"ready": waited or not gathered.missing, "missing": list(gathered.shown), "list": key}
    logger.info("gathered", extra={"files": len(gathered.keys), "missing": len(gathered.missing)})
    return response


def _read_batch(event: dict[str, Any], started: datetime) -> Batch:
    """Return what the batch is over; of a manifest, every file counts that was there when it was listed."""
    execution, given = event["execution"], event["input"]
    if "manifest" not in given:
        return Batch(execution, started, prefix=given["prefix"])
    key = given["gathered"]["list"]
    listed = S3.head_object(Bucket=SETTINGS.processed_bucket, Key=key)["LastModified"]
    return Batch(execution, listed, manifest=given["manifest"], list_key=key)


def _report(batch: Batch, executor: Executor) -> dict[str, Any]:
    results, later = read_results(S3, SETTINGS, batch, executor)
    over = {"manifest": batch.manifest} if batch.manifest else {"prefix": batch.prefix}
    report = {"execution": batch.execution, **over, "started": batch.started.isoformat()}
    written = report | {"uploaded_later": later, **summarise(results)}
    body = json.dumps(written, ensure_ascii=False, indent=2).encode(errors="backslashreplace")
    _put(batch.report_key, body, "application/json")
    response = {"holds": written["holds"], "key": batch.report_key, "files": written["files"]}
    logger.info("reported", extra=response)
    return response


def _put(key: str, body: bytes, content_type: str) -> None:
    S3.put_object(Bucket=SETTINGS.processed_bucket, Key=key, Body=body, ContentType=content_type)

"""Keeps the index for retrieval equal to the datasets that the messages of a queue name."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from tastetrend_embed import embedding, vectors
from tastetrend_embed.budget import Budget, Counter, OverBudgetError, utc_day
from tastetrend_embed.chunks import Datasets, Recipe, is_dataset
from tastetrend_embed.manifest import Manifests
from tastetrend_embed.models import Lease, SyncContext
from tastetrend_embed.observability import record_failure, record_over_budget, record_result, record_usage
from tastetrend_embed.settings import EmbedSettings
from tastetrend_embed.sync import sync
from tastetrend_etl.errors import ConcurrentWriteError, InvalidEventError, OutOfTimeError, sanitize_exception
from tastetrend_etl.observability import logger, metrics, record_event, record_invalid_event
from tastetrend_etl.pseudonym import load_key
from tastetrend_etl.s3_download import connect
from tastetrend_etl.s3_event import read_event
from tastetrend_etl.settings import load_settings
from tastetrend_etl.tracing import start_tracing

MIN_REMAINING_MS = 8_000
"""With less time left, no request is begun: what is done has to be recorded, which takes some seconds."""

LEASE_MARGIN_S = 60
"""From the end of the invocation: requests may take effect after it, and clocks differ."""

OVER_BUDGET_DELAY_S = 900  # SQS's maximum; without it, the messages would come back at once

TRACER = start_tracing()  # before any client is made
SETTINGS = load_settings(EmbedSettings)
S3, SQS = connect(), boto3.client("sqs")
INDEX = vectors.VectorIndex(vectors.connect(), SETTINGS.vector_bucket, SETTINGS.vector_index)
EXECUTOR = ThreadPoolExecutor(embedding.WORKERS)
COUNTER = Counter(S3, SETTINGS.processed_bucket)
BUDGET = Budget(COUNTER, int(SETTINGS.embedding_tokens_a_day), utc_day)
EMBEDDER = embedding.Embedder(embedding.connect(), SETTINGS.embedding_model, EXECUTOR, BUDGET)
PROCESSOR = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
@TRACER.capture_lambda_handler(capture_response=False, capture_error=False)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 # Powertools' type
    """Synchronise each dataset of the messages; return those to deliver again as `batchItemFailures`."""
    record_event()
    response = process_partial_response(event, _process, PROCESSOR, context)
    with suppress(BotoCoreError, ClientError, ConcurrentWriteError):
        BUDGET.release()
    return response


def _process(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Synchronise the datasets of a message; one that cannot be read ends in the dead letters."""
    for part in read_event({"Records": [record.raw_event]}):
        if isinstance(part, InvalidEventError):
            record_invalid_event(part)
            raise part
        if part.bucket in (None, SETTINGS.processed_bucket) and is_dataset(part.key):
            _sync(part.key, lambda_context)


def _sync(key: str, context: LambdaContext) -> None:
    try:
        _sync_within_budget(key, context)
    except Exception as error:  # noqa: BLE001 # its message may quote data
        failure = sanitize_exception(error)
        record_failure(key, failure)
        raise failure from None
    finally:
        record_usage(EMBEDDER.take_tokens(), float(SETTINGS.embedding_usd_per_1000_tokens))


def _sync_within_budget(key: str, context: LambdaContext) -> None:
    """Synchronise a dataset; over the budget, send a new message in place of this one.

    A message that failed would be tried ten times within 7 days; with a new one, both begin anew.
    """
    try:
        BUDGET.check()
        result = sync(key, _sync_context(context))
    except OverBudgetError as error:
        _send(key, delay_s=OVER_BUDGET_DELAY_S)
        record_over_budget(key, error)
        return
    if result.action == "continues":
        _send(key)
    record_result(key, result)


def _send(key: str, *, delay_s: int = 0) -> None:
    """Send a message that continues with a dataset; one that comes twice does no harm."""
    message = json.dumps({"bucket": SETTINGS.processed_bucket, "key": key})
    SQS.send_message(QueueUrl=SETTINGS.queue_url, MessageBody=message, DelaySeconds=delay_s)


def _sync_context(context: LambdaContext) -> SyncContext:
    recipe = Recipe(SETTINGS.embedding_model, load_key(SETTINGS))
    datasets = Datasets(S3, SETTINGS.processed_bucket, recipe)
    manifests = Manifests(S3, SETTINGS.processed_bucket)
    now = time.time()
    end = int(now + context.get_remaining_time_in_millis() / 1_000) + LEASE_MARGIN_S
    lease = Lease(context.aws_request_id, now, end)
    return SyncContext(datasets, manifests, INDEX, EMBEDDER, lease, partial(_check_time, context))


def _check_time(context: LambdaContext) -> None:
    if context.get_remaining_time_in_millis() < MIN_REMAINING_MS:
        raise OutOfTimeError("too little time is left for another request")

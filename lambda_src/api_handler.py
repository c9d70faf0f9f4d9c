"""Parses the event, ingests each of its objects, and responds."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_etl import observability
from tastetrend_etl.invocation import deadline, ingest_each, is_gate_run, respond
from tastetrend_etl.run_context import MAX_PARALLEL_CALLS, RunContext
from tastetrend_etl.runtime import describe_runtime
from tastetrend_etl.s3_download import connect
from tastetrend_etl.s3_event import read_event
from tastetrend_etl.settings import Settings, load_settings
from tastetrend_etl.tracing import start_tracing

TRACER = start_tracing()  # before any client is made
SETTINGS = load_settings(Settings)
S3 = connect()
EXECUTOR = ThreadPoolExecutor(MAX_PARALLEL_CALLS)


@observability.logger.inject_lambda_context(clear_state=True)
@TRACER.capture_lambda_handler(capture_response=False, capture_error=False)
@observability.metrics.log_metrics
def lambda_handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Process every object that the event names.

    Returns:
        `files`: a result for each; `batchItemFailures`: the SQS messages to deliver again; `rejected`: why
        parts of the event could not be read; `runtime`: what the code runs on, if the quality gate asks.

    Raises:
        RetryableError: an object could not be processed now; Lambda retries the event.
    """
    parts = read_event(event)
    version = SETTINGS.etl_version or context.function_version
    run = RunContext(S3, SETTINGS, version, EXECUTOR, deadline(context))
    response = respond(parts, ingest_each(parts, run))
    return response | ({"runtime": describe_runtime(S3)} if is_gate_run(parts, SETTINGS) else {})

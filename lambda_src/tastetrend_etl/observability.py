"""Writes the result for each object to structured logs and CloudWatch metrics, without any cell."""

from dataclasses import asdict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from tastetrend_etl.errors import InvalidEventError, RetryableError, RowCountMismatchError
from tastetrend_etl.ingest import IngestResult
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import function_name

logger = Logger(service=function_name())
metrics = Metrics(namespace="TasteTrend", service=function_name())

_FILES = {
    "processed": "FilesProcessed",
    "rejected": "FilesRejected",
    "skipped": "FilesSkipped",
    "handed_over": "FilesHandedOver",
    "too_large_here": "FilesHandedOver",
}


def record_event() -> None:
    """Count an event; an alarm rings if no file of an hour's events becomes a dataset."""
    _count("EventsReceived")


def record_result(result: IngestResult, *, golden: bool) -> None:
    """Log the result for an object, and count its rows; a golden file must raise no alarm."""
    logger.info(result.action, extra={key: value for key, value in asdict(result).items() if value})
    if golden:
        _count("FilesInGateRuns")
    else:
        _count_result(result)


def _count_result(result: IngestResult) -> None:
    _count(_FILES[result.action])
    if rows := result.balance:
        _count("ValidationFailures", result.failed_checks)
        _count("RowsRead", rows.read)
        _count("RowsWritten", rows.written)
        _count("RowsRejected", rows.rejected)
        _count("RowsDuplicate", rows.duplicate)


def record_invalid_event(error: InvalidEventError) -> None:
    """Log and count a rejected event, or a rejected record of one."""
    logger.error("event rejected", extra={"reason": str(error)})
    _count("EventsRejected")


def record_failure(event: ObjectEvent, error: RetryableError, *, golden: bool) -> None:
    """Log an object that has to be processed again, and count what raises an alarm."""
    logger.error("failed", extra={"key": event.key, "reason": str(error), "error_type": type(error).__name__})
    if golden:
        _count("FilesInGateRuns")
    elif isinstance(error, RowCountMismatchError):
        _count("RowBalanceViolations")


def _count(name: str, value: int = 1) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)

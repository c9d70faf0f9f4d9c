"""Tells CloudWatch what became of each object, in structured logs and in metrics, and never quotes a cell."""

from dataclasses import asdict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from tastetrend_etl.errors import InvalidEventError, RetryableError, RowCountMismatchError
from tastetrend_etl.ingest import IngestResult
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import function_name

logger = Logger(service=function_name())
metrics = Metrics(namespace="TasteTrend", service=function_name())

_FILES = {"processed": "FilesProcessed", "refused": "FilesRejected", "skipped": "FilesSkipped"}


def record_event() -> None:
    """Count an event, so that silence can be told from a lack of work."""
    _count("EventsReceived")


def record_result(result: IngestResult) -> None:
    """Log the object's outcome and count its rows."""
    logger.info(result.action, extra={key: value for key, value in asdict(result).items() if value})
    _count(_FILES[result.action])
    if result.balance is None:
        return
    _count("ValidationFailures", result.failed_checks)
    _count("RowsRead", result.balance.read)
    _count("RowsWritten", result.balance.written)
    _count("RowsRejected", result.balance.rejected)
    _count("RowsDuplicate", result.balance.duplicate)


def record_invalid_event(error: InvalidEventError) -> None:
    """Log and count an event, or a part of one, that speaks of nothing here."""
    logger.error("event refused", extra={"reason": str(error)})
    _count("EventsRefused")


def record_failure(event: ObjectEvent, error: RetryableError) -> None:
    """Log an object that has to be tried again."""
    logger.error("failed", extra={"key": event.key, "reason": str(error), "error_type": type(error).__name__})
    if isinstance(error, RowCountMismatchError):
        _count("RowBalanceViolations")


def record_gate_run(files: int) -> None:
    """Count golden files apart: they are nobody's reviews, and what is wrong with them rings no alarm."""
    metrics.clear_metrics()
    _count("FilesRehearsed", files)


def _count(name: str, value: int = 1) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)

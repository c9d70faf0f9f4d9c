"""Writes the result for each dataset to structured logs and CloudWatch metrics, without any text."""

from collections.abc import Sequence
from dataclasses import asdict

from aws_lambda_powertools.metrics import MetricUnit

from tastetrend_embed.budget import OverBudgetError
from tastetrend_embed.models import SyncResult
from tastetrend_etl.errors import RetryableError
from tastetrend_etl.observability import logger, metrics

_METRICS = {
    "embedded": "SentencesEmbedded",
    "restamped": "VectorsRestamped",
    "deleted": "VectorsDeleted",
    "left_out": "SentencesLeftOut",
}


def record_result(key: str, result: SyncResult) -> None:
    """Log and count what was done for a dataset."""
    counts = {name: value for name, value in asdict(result).items() if value}
    logger.info("embedding", extra={"key": key, **counts})
    _count("DatasetsEmbedded", int(result.action == "synced"))
    for name, metric in _METRICS.items():
        _count(metric, counts.get(name, 0))


def record_usage(tokens: Sequence[int], usd_per_1000_tokens: float) -> None:
    """Count the requests to the model, the tokens of each, and what they cost."""
    _count("ModelRequests", len(tokens))
    _count("EmbeddingTokens", sum(tokens))
    cost = sum(tokens) / 1_000 * usd_per_1000_tokens
    metrics.add_metric(name="EmbeddingCostUSD", unit=MetricUnit.NoUnit, value=cost)


def record_failure(key: str, error: RetryableError) -> None:
    """Log a dataset whose message will be delivered again."""
    logger.error("failed", extra={"key": key, "reason": str(error), "error_type": type(error).__name__})
    _count("EmbeddingFailures", 1)


def record_over_budget(key: str, error: OverBudgetError) -> None:
    """Log a dataset that waits for the tokens of another day; the alarm on the metric stops the function."""
    logger.warning("over budget", extra={"key": key, "reason": str(error)})
    _count("EmbeddingBudgetExceeded", 1)


def _count(name: str, value: int) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)

"""Builds CloudWatch metrics from the tables of alarms and graphs."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from tastetrend_stack.alarms import MathSpec, MetricSource, MetricSpec
from tastetrend_stack.watched import Source

Sources = Mapping[MetricSource, Source]


def build_metric(
    spec: MetricSpec, sources: Sources, period_minutes: int, label: str | None = None
) -> cloudwatch.Metric:
    """Build a metric; without a label CloudWatch names it."""
    namespace, dimensions = sources[spec.source]
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=spec.name,
        dimensions_map=dimensions,
        statistic=spec.statistic,
        period=Duration.minutes(period_minutes),
        label=label,
    )


def build_math(
    spec: MathSpec, sources: Sources, period_minutes: int, label: str
) -> cloudwatch.MathExpression:
    """Build a formula."""
    metrics = {name: build_metric(metric, sources, period_minutes) for name, metric in spec.metrics.items()}
    return cloudwatch.MathExpression(
        expression=spec.expression,
        label=label,
        period=Duration.minutes(period_minutes),
        using_metrics=metrics,
    )

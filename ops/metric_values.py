"""Reads values of CloudWatch's metrics."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

_HOUR_S, _MINUTE_S = 3_600, 60
_RECENT = timedelta(minutes=15)  # CloudWatch has the metrics of queues a few minutes late


def sum_since(start: datetime, namespace: str, name: str, dimensions: Mapping[str, str]) -> int:
    """Return the sum of a metric since the beginning of an hour; 0 without any value."""
    points = _read(namespace, name, dimensions, start, _HOUR_S, "Sum")
    return int(sum(point["Sum"] for point in points))


def newest(namespace: str, name: str, dimensions: Mapping[str, str]) -> float | None:
    """Return the newest maximum of a minute; None if there is no value of the last quarter of an hour."""
    start = datetime.now(UTC) - _RECENT
    points = _read(namespace, name, dimensions, start, _MINUTE_S, "Maximum")
    last = max(points, key=lambda point: point["Timestamp"], default=None)
    return float(last["Maximum"]) if last else None


def _read(
    namespace: str, name: str, dimensions: Mapping[str, str], start: datetime, period_s: int, statistic: str
) -> list[dict[str, Any]]:
    response = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=start,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=period_s,
        Statistics=[statistic],
    )
    points: list[dict[str, Any]] = response["Datapoints"]
    return points

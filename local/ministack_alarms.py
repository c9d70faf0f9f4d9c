"""Evaluates alarms as CloudWatch does: each metric by its dimensions, metric math, and missing data."""
# ruff: noqa: SLF001 # as in ministack_patches

import operator
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

from local.ministack_metric_math import Value, evaluate
from local.ministack_metrics import points

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")

_describe_alarms: Callable[..., Response] = cloudwatch._describe_alarms
_describe_history: Callable[..., Response] = cloudwatch._describe_alarm_history
_record_alarm: Callable[[str, Record], Record] = provisioners._cw_metric_alarm_record


def register() -> None:
    """Evaluate the alarms before their states are read, and accept those on metric math."""
    cloudwatch._evaluate_alarm = evaluate_alarm
    cloudwatch._describe_alarms = _evaluate_before(_describe_alarms)
    cloudwatch._describe_alarm_history = _evaluate_before(_describe_history)
    provisioners._cw_metric_alarm_record = _record_math_alarm


def _evaluate_before(describe: Callable[..., Response]) -> Callable[..., Response]:
    def evaluate_and_describe(*arguments: object) -> Response:
        cloudwatch._evaluate_all_alarms()
        return describe(*arguments)

    return evaluate_and_describe


def _record_math_alarm(name: str, properties: Record) -> Record:
    """Return the record of an alarm, which may be on metric math.

    Raises:
        ValueError: the emulator cannot evaluate it.
    """
    if not (metrics := properties.get("Metrics")):
        return _record_alarm(name, properties)
    for query in metrics:
        if "Expression" in query:
            evaluate(query["Expression"], {each["Id"]: 0.0 for each in metrics})
    record = _record_alarm(name, properties | {"MetricName": "-", "Namespace": "-", "Metrics": None})
    return {key: value for key, value in record.items() if key not in _ONE_METRIC} | {"Metrics": metrics}


def is_ringing(name: str) -> bool:
    """Return whether an alarm is in the state ALARM now; one that does not exist is not."""
    if not (alarm := cloudwatch._alarms.get(name)):
        return False
    evaluate_alarm(alarm)
    return bool(alarm["StateValue"] == "ALARM")


def evaluate_alarm(alarm: Record) -> None:
    """Set an alarm's state by the metrics until now, with history and actions if it has changed."""
    old, (new, reason) = alarm["StateValue"], _find_state(alarm, time.time())
    if old != new:
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


def _find_state(alarm: Record, now: float) -> tuple[str, str]:
    """Return the state and its reason; the periods end now, on AWS with the minute."""
    periods, seconds = int(alarm.get("EvaluationPeriods", 1)), _period(alarm)
    ends = [now - number * seconds for number in range(periods)]
    values = [_value(alarm, end - seconds, end) for end in ends]
    treatment = alarm.get("TreatMissingData", "missing")
    if values.count(None) == periods and treatment in {"missing", "ignore"}:
        state = "INSUFFICIENT_DATA" if treatment == "missing" else alarm["StateValue"]
        return state, "Insufficient Data: no datapoints were received"
    compare, threshold = _COMPARISONS[alarm["ComparisonOperator"]], alarm["Threshold"]
    breaching = sum(
        treatment == "breaching" if value is None else compare(value, threshold) for value in values
    )
    state = "ALARM" if breaching >= int(alarm.get("DatapointsToAlarm") or periods) else "OK"
    return state, f"Threshold Crossed: {breaching} of the datapoints {values} are beyond {threshold}"


def _period(alarm: Record) -> int:
    """Return the length of a period in seconds, of metric math the longest one."""
    if "Metrics" not in alarm:
        return int(alarm.get("Period", 60))
    periods = [int(query["MetricStat"]["Period"]) for query in alarm["Metrics"] if "MetricStat" in query]
    return max(periods, default=60)


def _value(alarm: Record, start: float, end: float) -> Value:
    """Return the value of an alarm's metric, or of the expression that it watches, in a period."""
    if "Metrics" not in alarm:
        return _statistic(alarm, alarm.get("ExtendedStatistic") or alarm["Statistic"], start, end)
    values: dict[str, Value] = {}
    watched = ""
    for query in sorted(alarm["Metrics"], key=lambda query: "Expression" in query):  # metrics first
        if metric := query.get("MetricStat"):
            values[query["Id"]] = _statistic(metric["Metric"], metric["Stat"], start, end)
        else:
            values[query["Id"]] = evaluate(query["Expression"], values)
        watched = query["Id"] if query.get("ReturnData", True) else watched
    return values[watched]


def _statistic(metric: Record, statistic: str, start: float, end: float) -> Value:
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
    found = points(metric["Namespace"], metric["MetricName"], dimensions, start, end)
    summary = cloudwatch._calc_stats(found)
    value: Value = cloudwatch._stat_value(summary, statistic, found) if summary else None
    return value

"""The alarms in the state ALARM."""

from typing import Any

import boto3

from ops.stack_outputs import CommandContext
from ops.status_models import Part, Problem, brief, stamp


def read_alarms(context: CommandContext) -> list[Part]:
    """Return how many alarms there are, and those in ALARM, since when, with the section on each."""
    prefix = f"tastetrend-{context.env}-"
    pages = boto3.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    in_alarm = [_describe(alarm, prefix) for alarm in alarms if alarm["StateValue"] == "ALARM"]
    names = ", ".join(each["name"] for each in in_alarm)
    line = f"{len(in_alarm)} of {len(alarms)} in ALARM{f': {names}' if names else ''}"
    problems = [
        Problem(
            f"the alarm {each['name']} has been in ALARM since {brief(each['since'])}",
            f"see {each['section']}",
        )
        for each in in_alarm
    ]
    return [Part("alarms", {"count": len(alarms), "in_alarm": in_alarm}, [line], problems)]


def _describe(alarm: dict[str, Any], prefix: str) -> dict[str, str]:
    name = alarm["AlarmName"].removeprefix(f"{prefix}etl-")
    since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return {"name": name, "since": stamp(since), "section": f"docs/operations.md#{name}"}

"""The alarms that ring."""

from typing import Any

import boto3

from ops.stack_outputs import CommandContext
from ops.status_models import Part, Problem, brief, stamp


def read_alarms(context: CommandContext) -> list[Part]:
    """Return how many alarms there are, and those that ring, since when, with the section on each."""
    prefix = f"tastetrend-{context.env}-"
    pages = boto3.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    ringing = [_describe(alarm, prefix) for alarm in alarms if alarm["StateValue"] == "ALARM"]
    names = ", ".join(each["name"] for each in ringing)
    line = f"{len(ringing)} of {len(alarms)} ring{f': {names}' if names else ''}"
    problems = [
        Problem(f"the alarm {each['name']} rings since {brief(each['since'])}", f"see {each['section']}")
        for each in ringing
    ]
    return [Part("alarms", {"count": len(alarms), "ringing": ringing}, [line], problems)]


def _describe(alarm: dict[str, Any], prefix: str) -> dict[str, str]:
    name = alarm["AlarmName"].removeprefix(f"{prefix}etl-")
    since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return {"name": name, "since": stamp(since), "section": f"docs/operations.md#{name}"}

"""Reads the log of a function on the emulator."""

import boto3

from local.emulator import Emulator

_SHOWN_EVENTS = 20


def last_log_events(emulator: Emulator, log_group: str) -> str:
    """Return the last events of a log group, one on a line."""
    logs = boto3.client("logs", **emulator.connection)
    events = logs.filter_log_events(logGroupName=log_group)["events"]
    return "\n".join(event["message"] for event in events[-_SHOWN_EVENTS:]) or "(none)"

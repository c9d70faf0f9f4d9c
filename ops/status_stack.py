"""The status of the stack, its aliases, and a running shift of traffic."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

from ops import manifests
from ops.alias_state import AliasState, read_state
from ops.doctor_stack import judge_stack
from ops.drift import find_drift
from ops.manifests import PREVIOUS_STAGE
from ops.release_history import last_move, unfinished
from ops.release_log import Event, read_events
from ops.stack_outputs import CommandContext, find_stack
from ops.status_models import Part, Problem, brief, stamp

_MAX_HOURS = 1  # that the gate of a promotion and its canary can take
_COMMANDS = {"promotion_started": "promote", "rollback_started": "rollback"}


def read_stack(context: CommandContext) -> list[Part]:
    """Return what CloudFormation says."""
    name = f"tastetrend-{context.env}"
    stack = find_stack(context.env)
    if not stack:
        return []  # deleted since the command began
    status, updated = stack["StackStatus"], stamp(stack.get("LastUpdatedTime") or stack["CreationTime"])
    finding = judge_stack(status, name)
    problems = [Problem(f"the stack: {finding.found}", finding.remedy)] if finding.status == "fail" else []
    data = {"name": name, "status": status, "updated": updated}
    return [Part("stack", data, [f"{status}, last updated {brief(updated)}"], problems)]


def read_aliases(context: CommandContext) -> list[Part]:
    """Return which version each alias serves since when, drift, and a running shift."""
    events = read_events(context, manifests.load(context))
    states = [read_state(context, alias) for alias in PREVIOUS_STAGE]
    drift = find_drift(states, events)
    promoted = {state.alias for state in states if state.stack}
    rows = [
        {"alias": alias, "version": version, "since": _since(context, events, alias, version)}
        | {"follows_newest": alias not in promoted, "drift": drift.get(alias, [])}
        for alias, version in sorted(manifests.current_versions(context.function).items())
    ]
    repair = f"tastetrend releases --repair --env {context.env}"
    problems = [Problem(sentence, repair) for found in drift.values() for sentence in found]
    shift = _find_shift(context, states, events)
    return [Part("aliases", rows, [_line(row) for row in rows], problems), shift]


def _since(context: CommandContext, events: Sequence[Event], alias: str, version: str) -> str:
    """Return when an alias was moved to its version: when that was published, if it follows the newest."""
    move = last_move(events, alias)
    if move and move.version == version:
        return stamp(datetime.fromisoformat(move.time))
    client = boto3.client("lambda")
    published = client.get_function_configuration(FunctionName=context.function, Qualifier=version)
    return stamp(datetime.fromisoformat(published["LastModified"]))


def _line(row: dict[str, Any]) -> str:
    drift = f", drift: {len(row['drift'])}" if row["drift"] else ""
    newest = ", the newest" if row["follows_newest"] else ""
    return f"{row['alias']}: version {row['version']} since {brief(row['since'])}{newest}{drift}"


def _find_shift(context: CommandContext, states: Sequence[AliasState], events: Sequence[Event]) -> Part:
    """Return the shift of traffic under way, or the promotion or rollback that has not ended."""
    for state in states:
        begun = unfinished(events, state.alias)
        if begun and begun.kind in _COMMANDS:
            return _describe_begun(context, state, begun)
        if state.weighted and state.is_updating:  # by a deployment, or by a command without the record
            line = f"{state.alias} shifts from version {state.serving} to {state.weighted}"
            data = {"alias": state.alias, "version": state.weighted, "weighted": state.weighted}
            return Part("shift", data | {"command": None, "begun": None, "by": ""}, [line])
    return Part("shift", None, ["none"])


def _describe_begun(context: CommandContext, state: AliasState, begun: Event) -> Part:
    """Describe a command that has not ended: a problem if nothing is under way an hour later."""
    command = _COMMANDS[begun.kind]
    line = f"{command} of {begun.alias} to version {begun.version}, begun {brief(begun.time)}"
    problems = []
    if not state.is_updating and _hours_since(begun.time) > _MAX_HOURS:
        again = f"tastetrend {command} {begun.alias} --env {context.env}"
        problems.append(Problem(f"{line} by {begun.by}, has not ended", again))
    if state.weighted:
        line += f"; version {state.weighted} gets a part of the events"
    data = {"command": command, "alias": begun.alias, "version": begun.version, "begun": begun.time}
    return Part("shift", data | {"by": begun.by, "weighted": state.weighted}, [line], problems)


def _hours_since(time: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds() / 3_600

"""Finds where alias, stack and record disagree, and makes stack and record agree with the alias."""

from collections.abc import Mapping, Sequence

from ops import manifests
from ops.alias_state import AliasState, find_disagreements, read_state
from ops.alias_update import adopt_version
from ops.errors import CommandError
from ops.manifests import PREVIOUS_STAGE
from ops.release_history import recorded_version, unfinished
from ops.release_log import Event, Kind, read_events, record
from ops.result import Result
from ops.stack_outputs import CommandContext

_FINISHED: Mapping[str, Kind] = {
    "promotion_started": "promoted",
    "promotion_failed": "promoted",
    "rollback_started": "rolled_back",
}


def repair_releases(context: CommandContext, *, yes: bool) -> Result:
    """Make stack and record agree with the version that each alias serves; without `yes`, move no traffic.

    Raises:
        CommandError: an update of the stack is in progress, or they still disagree.
    """
    events = read_events(context, manifests.load(context))
    states = [read_state(context, alias) for alias in PREVIOUS_STAGE]
    if any(state.is_updating for state in states):
        raise CommandError(f"an update of tastetrend-{context.env} is under way; try again when it has ended")
    found = find_drift(states, events)
    repaired = []
    for state in states:
        for sentence in found[state.alias]:
            context.console.print(f"{sentence}.")
        if found[state.alias] and _repair(context, state, events, yes=yes):
            repaired.append(state.alias)
    if not any(found.values()):
        context.console.print(f"Aliases, stack and record of {context.env} agree.")
    left = [alias for alias in found if found[alias] and alias not in repaired]
    return Result({"environment": context.env, "drift": found, "repaired": repaired}, int(bool(left)))


def find_drift(states: Sequence[AliasState], events: Sequence[Event]) -> dict[str, list[str]]:
    """Return alias → sentences about disagreements; nothing is certain while an update is in progress."""
    return {
        state.alias: find_disagreements(state, recorded_version(events, state.alias))
        for state in states
        if not state.is_updating
    }


def settle(context: CommandContext, state: AliasState, events: Sequence[Event]) -> None:
    """Record a move that is not recorded, and let the stack name the version that the alias serves.

    CodeDeploy does not begin a canary on an alias that serves another version than the stack names.
    """
    record_drift(context, state, events)
    if state.stack and (state.serving != state.stack or state.weighted):
        adopt_version(context, state.alias, state.serving)


def record_drift(context: CommandContext, state: AliasState, events: Sequence[Event]) -> None:
    """Record which version an alias serves, if that is not recorded: an interrupted move, or one by hand."""
    recorded, begun = recorded_version(events, state.alias), unfinished(events, state.alias)
    if state.is_updating or state.serving == recorded or not (state.stack or recorded):
        return
    if begun and begun.version == state.serving:
        kind, reason = _FINISHED[begun.kind], "Recorded afterwards: the command was interrupted."
        record(context, kind, state.alias, state.serving, begun.previous, reason)
    else:
        record(context, "moved_by_hand", state.alias, state.serving, recorded, "Found afterwards.")


def require_agreement(context: CommandContext, alias: str, version: str) -> None:
    """Read alias and stack again.

    Raises:
        CommandError: one of them does not have the version; says which.
    """
    if found := find_disagreements(read_state(context, alias), version):
        raise CommandError(
            f"version {version} is not live on {alias} of {context.env} as it should be: {'; '.join(found)}. "
            f"Run `tastetrend releases --env {context.env}` to see what is"
        )


def _repair(context: CommandContext, state: AliasState, events: Sequence[Event], *, yes: bool) -> bool:
    """Return whether it was repaired: not if that would move traffic without `yes`."""
    alias, version = state.alias, state.serving
    if (state.weighted or _is_large_different(state)) and not yes:
        context.console.print(
            f"would move all events of {alias}, those for the large function too, to version {version}; "
            "nothing was done, add --yes to do it."
        )
        return False
    record_drift(context, state, events)
    adopt_version(context, alias, version)
    require_agreement(context, alias, version)
    context.console.print(f"{alias} of {context.env} serves version {version}; stack and record agree now.")
    return True


def _is_large_different(state: AliasState) -> bool:
    return state.large is not None and state.large_belongs_to != state.serving

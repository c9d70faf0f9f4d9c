"""Decides which version an alias goes back to, and which versions were bad."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.alias_state import AliasState
from ops.errors import CommandError
from ops.release_history import last_rollbacks, previous_version, recorded_version, unfinished
from ops.release_log import Event


@dataclass(frozen=True)
class RollbackPlan:
    """A rollback.

    Attributes:
        good: the version to go back to.
        bad: the versions whose outputs are not to be trusted, the one to leave first.
        is_begun: the record has this rollback, of a command that was interrupted or has ended.
        is_done: the record says that the alias has moved.
    """

    good: str
    bad: list[str]
    is_begun: bool = False
    is_done: bool = False


def plan_rollback(state: AliasState, events: Sequence[Event], to: str | None) -> RollbackPlan:
    """Plan a rollback, by default to the version that the alias served before.

    A rollback whose command was interrupted goes on. During a canary, and after one that has been stopped,
    the new version is the bad one and the alias goes back to the one that still serves most events.

    Raises:
        CommandError: it is not known which version to go back to.
    """
    earlier = last_rollbacks(events, state.alias)
    bad_before = [event.previous for event in earlier if event.previous]
    if earlier and to in {None, earlier[0].version}:
        return _plan_again(state, earlier[0], bad_before)
    coming = _find_coming_version(state, events)
    if to:
        bad = _without(to, [coming, state.serving, state.stack, *bad_before])
        if not bad:
            raise CommandError(f"{state.alias} runs version {to} already, and was not rolled back to it")
        return RollbackPlan(to, bad)
    if coming:
        return RollbackPlan(_require_known(state, events, coming), [coming])
    current = state.stack or recorded_version(events, state.alias)
    return _plan_from(state, events, current or state.serving)


def _plan_again(state: AliasState, last: Event, bad_before: Sequence[str]) -> RollbackPlan:
    good, is_done = last.version, last.kind == "rolled_back"
    if is_done and state.serving != good:  # somebody has moved the alias since
        return RollbackPlan(good, _without(good, [state.serving, *bad_before]))
    return RollbackPlan(good, _without(good, bad_before), is_begun=True, is_done=is_done)


def _plan_from(state: AliasState, events: Sequence[Event], current: str) -> RollbackPlan:
    good = previous_version(events, state.alias, current)
    if good is None:
        raise CommandError(f"there is no record of a version that {state.alias} ran before version {current}")
    if state.serving not in {current, good}:
        raise _moved_by_hand(state)
    return RollbackPlan(good, [current])


def _find_coming_version(state: AliasState, events: Sequence[Event]) -> str | None:
    """Return the version that a promotion was to move the alias to, and has not."""
    begun = unfinished(events, state.alias)
    coming = begun.version if begun else state.weighted or (state.stack if state.is_updating else None)
    return coming if coming != state.serving else None


def _require_known(state: AliasState, events: Sequence[Event], coming: str) -> str:
    """Return the version that the alias served when the promotion began, and still serves."""
    begun = unfinished(events, state.alias)
    if begun and begun.version == coming and begun.previous != state.serving:
        raise _moved_by_hand(state)
    return state.serving


def _moved_by_hand(state: AliasState) -> CommandError:
    return CommandError(
        f"{state.alias} serves version {state.serving}, to which neither `promote` nor `rollback` moved it; "
        "name the version to go back to with --to"
    )


def _without(good: str, versions: Sequence[str | None]) -> list[str]:
    return [version for version in dict.fromkeys(versions) if version and version != good]

"""What the events of an alias say: which version it should serve, and which one it can go back to."""

from collections.abc import Sequence
from itertools import takewhile

from ops.release_log import Event

_MOVES = {"promoted", "rolled_back", "moved_by_hand"}
_UNFINISHED = {"promotion_started", "promotion_failed", "rollback_started"}
_ROLLBACKS = {"rollback_started", "rolled_back"}


def recorded_version(events: Sequence[Event], alias: str) -> str | None:
    """Return the version that an alias was last moved to; None if it was never moved."""
    last = last_move(events, alias)
    return last.version if last else None


def last_move(events: Sequence[Event], alias: str) -> Event | None:
    """Return the last finished move of an alias; None if it was never moved."""
    return next(reversed(_select(events, alias, _MOVES)), None)


def unfinished(events: Sequence[Event], alias: str) -> Event | None:
    """Return the last move of an alias, if it was begun and not finished, or failed; else None."""
    last = next(reversed(_select(events, alias, _MOVES | _UNFINISHED)), None)
    return last if last and last.kind in _UNFINISHED else None


def last_rollbacks(events: Sequence[Event], alias: str) -> list[Event]:
    """Return the rollbacks of an alias since its last promotion, newest first, finished or not."""
    newest_first = reversed(_select(events, alias, _MOVES | _UNFINISHED))
    return list(takewhile(lambda event: event.kind in _ROLLBACKS, newest_first))


def previous_version(events: Sequence[Event], alias: str, current: str) -> str | None:
    """Return the version that an alias served before its current one and was not rolled back from."""
    served: dict[str, int] = {}
    for position, event in enumerate(_select(events, alias, _MOVES | _ROLLBACKS)):
        if event.kind in {"promoted", "rolled_back"}:
            served[event.version] = position
        if event.kind in _ROLLBACKS and event.previous:
            served.pop(event.previous, None)
    served.pop(current, None)
    return max(served, key=lambda version: served[version], default=None)


def _select(events: Sequence[Event], alias: str, kinds: set[str]) -> list[Event]:
    return [event for event in events if event.alias == alias and event.kind in kinds]

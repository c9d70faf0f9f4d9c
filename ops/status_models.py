"""The data types of the status of an environment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do about it: a command, or the section of a page."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Part:
    """One part of the status.

    Attributes:
        name: of the field in the JSON document.
        data: the field's value.
        lines: what is printed.
    """

    name: str
    data: Any
    lines: Sequence[str]
    problems: Sequence[Problem] = field(default_factory=tuple)


def stamp(moment: datetime) -> str:
    """Return a time as ISO 8601 in UTC, with seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def brief(time: str) -> str:
    """Return a time in ISO 8601 without seconds, for people: `2026-11-26 12:30Z`."""
    return f"{time[:10]} {time[11:16]}Z"


def in_words(seconds: float) -> str:
    """Return a duration in its largest unit: `45 s`, `12 min`, `5 h`, `3 d`."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"

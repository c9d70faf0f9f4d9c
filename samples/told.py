"""What must become of one row of a golden file."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """A row's fate, and of a written one what it says by unified column and the issues it carries."""

    number: int
    fate: str
    says: Mapping[str, object] = field(default_factory=dict)
    issues: tuple[str, ...] = ()

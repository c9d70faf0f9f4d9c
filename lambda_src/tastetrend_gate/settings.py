"""What the gate is told by its environment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GateSettings:
    """One field for each variable that the stack sets; the names are the same in upper case."""

    artifacts_bucket: str
    etl_function: str

"""The result of a command."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """The data that `--json` prints, and the exit code: 1 when data is bad or something failed, else 0."""

    data: dict[str, Any]
    exit_code: int = 0

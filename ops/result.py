"""What a command hands to the command line."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """What a command found or did.

    Attributes:
        data: what `--json` prints; `environment` names the one that was worked on.
        exit_code: 1 when data is bad or something failed, else 0.
    """

    data: dict[str, Any]
    exit_code: int = 0

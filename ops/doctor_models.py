"""The data types of the checks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

Status = Literal["ok", "warn", "fail", "skipped"]


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    Attributes:
        found: what was found, in words.
        remedy: what to do next; empty if there is nothing to do.
    """

    status: Status
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Target:
    """What is checked; `stack` is None before the first deployment."""

    env: str
    stack: "StackTypeDef | None"

    @property
    def stack_name(self) -> str:
        """Return the name of the environment's stack, with which all its resources' names begin."""
        return f"tastetrend-{self.env}"

    @property
    def function(self) -> str:
        """Return the name of the etl function."""
        return f"{self.stack_name}-etl"

    @property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack by name; none before the first deployment."""
        outputs = self.stack.get("Outputs", []) if self.stack else []
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}


NOT_DEPLOYED = Finding("skipped", "the stack is not deployed")

"""What the function is told by its environment, read once."""

import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Settings:
    """One field for each variable that the stack sets; the names are the same in upper case."""

    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str

    def gate_run(self) -> "Settings":
        """Return the settings under which golden files are replayed, which touches no real data."""
        return replace(self, raw_bucket=self.artifacts_bucket, processed_bucket=self.artifacts_bucket)


def load_settings(kind: type[T]) -> T:
    """Fill a dataclass of texts from the environment.

    Raises:
        RuntimeError: variables are missing, naming them.
    """
    names = [field.name for field in fields(kind)]
    missing = [name.upper() for name in names if not os.environ.get(name.upper())]
    if missing:
        raise RuntimeError(
            f"environment variables not set: {', '.join(missing)}; the stack sets them, deploy it again"
        )
    return kind(**{name: os.environ[name.upper()] for name in names})


def function_name() -> str:
    """Return the name that Lambda runs this code under, which tells the environment."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "tastetrend-etl")

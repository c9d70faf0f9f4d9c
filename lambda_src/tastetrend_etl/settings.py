"""Reads the function's settings from the environment."""

import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True)
class Settings:
    """One field for each environment variable that the stack sets, its name in lower case."""

    raw_bucket: str
    processed_bucket: str
    artifacts_bucket: str

    def gate_run(self) -> "Settings":
        """Return the settings for replaying golden files: both buckets are the artifacts bucket."""
        return replace(self, raw_bucket=self.artifacts_bucket, processed_bucket=self.artifacts_bucket)


def load_settings(kind: type[T]) -> T:
    """Fill a dataclass of strings from the environment.

    Raises:
        RuntimeError: variables are not set.
    """
    names = [field.name for field in fields(kind)]
    missing = [name.upper() for name in names if not os.environ.get(name.upper())]
    if missing:
        raise RuntimeError(
            f"environment variables not set: {', '.join(missing)}; the stack sets them, deploy it again"
        )
    return kind(**{name: os.environ[name.upper()] for name in names})


def function_name() -> str:
    """Return the Lambda function's name, which contains the environment's."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "tastetrend-etl")

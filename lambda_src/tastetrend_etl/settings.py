"""What the function is told by its environment, read once."""

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Settings:
    """One field for each variable that the stack sets; the names are the same in upper case."""

    raw_bucket: str
    processed_bucket: str


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        RuntimeError: variables are missing, naming them.
    """
    names = [field.name for field in fields(Settings)]
    missing = [name.upper() for name in names if not os.environ.get(name.upper())]
    if missing:
        raise RuntimeError(
            f"environment variables not set: {', '.join(missing)}; the stack sets them, deploy it again"
        )
    return Settings(**{name: os.environ[name.upper()] for name in names})


def function_name() -> str:
    """Return the name that Lambda runs this code under, which tells the environment."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "tastetrend-etl")

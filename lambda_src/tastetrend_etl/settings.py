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
        RuntimeError: a variable is missing, naming it.
    """
    missing = [name for name in map(_variable, fields(Settings)) if not os.environ.get(name)]
    if missing:
        raise RuntimeError(
            f"environment variables not set: {', '.join(missing)}; the stack sets them, deploy it again"
        )
    return Settings(**{field.name: os.environ[_variable(field)] for field in fields(Settings)})


def function_version() -> str:
    """Return the version of the code that runs, as Lambda names it (`$LATEST` or a number)."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "local")


def _variable(field: object) -> str:
    return str(field.name).upper()  # type: ignore[attr-defined] # dataclasses.Field is generic in a type we do not need

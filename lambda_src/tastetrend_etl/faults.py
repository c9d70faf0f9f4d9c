"""Describes an unexpected exception without its message, which may quote a cell."""

import os
import traceback
from pathlib import Path

from tastetrend_etl.errors import RetryableError

_PACKAGE = Path(__file__).parent


def without_content(error: Exception) -> RetryableError:
    """Return an error that says what failed and where, and nothing of the data."""
    if isinstance(error, RetryableError):
        return error
    return RetryableError(
        f"{_what(error)} at {_where(error)}; nothing was committed, the event will be tried again"
    )


def _what(error: Exception) -> str:
    """Name the exception; of a service's refusal the code and the operation, which the service chose."""
    response, operation = getattr(error, "response", None), getattr(error, "operation_name", None)
    words = [type(error).__name__]
    if isinstance(response, dict):
        words.append(str(response.get("Error", {}).get("Code", "")))
    if operation:
        words.append(f"on {operation}")
    if isinstance(error, OSError) and error.errno:
        words.append(f"({os.strerror(error.errno)})")
    return " ".join(dict.fromkeys(words))


def _where(error: Exception) -> str:
    """Name the innermost line of this package: that of a library would not tell the call that failed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents]
    place = (own or frames)[-1]
    return f"{Path(place.filename).name}:{place.lineno}"

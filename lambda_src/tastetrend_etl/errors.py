"""The errors of the pipeline, by what the caller can do about them.

No message quotes a cell: whatever is raised ends in a log, a report or the failure queue.
"""

import os
import traceback
from pathlib import Path

_PACKAGE = Path(__file__).parent


class TasteTrendError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidEventError(TasteTrendError):
    """The event is of no accepted shape or points elsewhere; sending it again cannot help."""


class RejectedFileError(TasteTrendError):
    """The file cannot be processed as data; its sender has to act, a retry cannot help.

    Attributes:
        reason: the stable code, such as `empty_file`.
        message: a sentence that says what was found and what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class RetryableError(TasteTrendError):
    """The surroundings failed, not the data; raised so that Lambda tries again."""


class ConcurrentWriteError(RetryableError):
    """Other invocations kept changing the same object."""


class IncompleteDownloadError(RetryableError):
    """The staged copy is not the object that S3 described."""


class OutOfTimeError(RetryableError):
    """The invocation would have been killed in mid-work; nothing was committed."""


class RowCountMismatchError(RetryableError):
    """A row is unaccounted for, which is a fault of this code; nothing was committed."""


def sanitize_exception(error: Exception) -> RetryableError:
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

"""The errors of the pipeline, by what the caller can do about them.

No message quotes a cell: messages end up in logs, reports and the failure queue.
"""

import os
import traceback
from pathlib import Path

_DEPLOYED = Path(__file__).parents[1]


class TasteTrendError(Exception):
    """Base class of this package's errors."""


class InvalidSourceError(TasteTrendError):
    """The TOML file of a source is invalid; nothing is processed until it is corrected."""


class InvalidEventError(TasteTrendError):
    """The event has no accepted shape or names another bucket; a retry cannot help."""


class RejectedFileError(TasteTrendError):
    """The file cannot be processed; its sender has to act, a retry cannot help.

    Attributes:
        reason: the stable code, such as `empty_file`.
        message: what was found and what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class TooLargeError(RejectedFileError):
    """The file is too large for this tier; a larger one may process it."""


class RetryableError(TasteTrendError):
    """The environment failed, not the data; raised so that Lambda retries."""


class ConcurrentWriteError(RetryableError):
    """Another invocation changed the same object."""


class IncompleteDownloadError(RetryableError):
    """The downloaded file is not the object that S3 described."""


class OutOfTimeError(RetryableError):
    """Too little time remains to finish; nothing was committed."""


class RowCountMismatchError(RetryableError):
    """Rows read are not rows written, rejected and duplicate: a bug; nothing was committed."""


def sanitize_exception(error: Exception) -> RetryableError:
    """Return an error with type and line of the failure, but not its message, which may quote data."""
    if isinstance(error, RetryableError):
        return error
    return RetryableError(f"{_what(error)} at {_where(error)}; the event will be tried again")


def _what(error: Exception) -> str:
    """Return the exception's type, the code and operation of an AWS error, and the text of an OS error."""
    words = [type(error).__name__]
    if isinstance(response := getattr(error, "response", None), dict):
        words.append(str(response.get("Error", {}).get("Code", "")))
    if operation := getattr(error, "operation_name", None):
        words.append(f"on {operation}")
    if isinstance(error, OSError) and error.errno:
        words.append(f"({os.strerror(error.errno)})")
    return " ".join(dict.fromkeys(words))


def _where(error: Exception) -> str:
    """Return the innermost line of the deployed code, which tells more than that of a library."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _DEPLOYED in Path(frame.filename).parents]
    frame = (own or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"

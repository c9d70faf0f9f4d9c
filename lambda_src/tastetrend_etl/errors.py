"""The errors of the pipeline, sorted by what the caller can do about them.

No message quotes a cell: whatever is raised ends in a log, a report or the failure queue.
"""


class TasteTrendError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidEventError(TasteTrendError):
    """The event is of no accepted shape or points elsewhere; sending it again cannot help."""


class RefusedError(TasteTrendError):
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


class ContentionError(RetryableError):
    """Other invocations kept changing the same object."""


class IncompleteDownloadError(RetryableError):
    """The staged copy is not the object that S3 described."""


class OutOfTimeError(RetryableError):
    """The invocation would have been killed in mid-work; nothing was committed."""


class UnbalancedError(RetryableError):
    """A row is unaccounted for, which is a fault of this code; nothing was committed."""

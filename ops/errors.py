"""The errors that a command reports in one sentence, each with the exit code that its cause has."""


class CommandError(Exception):
    """The data is bad or something is in the wrong state; the message names what, where and the remedy."""

    exit_code = 1


class UsageError(CommandError):
    """The command was asked for something impossible, such as a path that does not exist."""

    exit_code = 2


class AwsError(CommandError):
    """AWS cannot be reached or denies the request."""

    exit_code = 3

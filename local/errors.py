"""What can go wrong, and the exit status that it means."""


class LocalError(Exception):
    """Something outside this package has failed; the message says what and what to do."""

    status = 1


class UsageError(LocalError):
    """The person asked for what cannot be."""

    status = 2

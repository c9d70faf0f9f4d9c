"""Runs `tastetrend`, and converts each known error to one sentence and an exit code."""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import typer

from ops import (
    ask_command,
    batch_command,
    destroy_command,
    doctor_command,
    erase_command,
    history_command,
    onboard_command,
    query_command,
    report_command,
    status_command,
)
from ops.commands import app
from ops.errors import CommandError, UsageError

app.command(epilog=onboard_command.EXAMPLE)(onboard_command.onboard)
app.command(epilog=batch_command.EXAMPLE)(batch_command.batch)
app.command(epilog=query_command.EXAMPLE)(query_command.query)
app.command(epilog=report_command.EXAMPLE)(report_command.report)
app.command(epilog=ask_command.EXAMPLE)(ask_command.ask)
app.command(epilog=destroy_command.EXAMPLE)(destroy_command.destroy)
app.command(epilog=erase_command.EXAMPLE)(erase_command.erase)
app.command(epilog=doctor_command.EXAMPLE)(doctor_command.doctor)
app.command(epilog=status_command.EXAMPLE)(status_command.status)
app.command(epilog=history_command.EXAMPLE)(history_command.history)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command (by default that of the process) and exit: 0 success, 1 data or state, 2 usage, 3 AWS."""
    if "AWS_REGION" in os.environ:  # the CDK reads this one; boto3 reads only the other
        os.environ.setdefault("AWS_DEFAULT_REGION", os.environ["AWS_REGION"])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit_on_signal)
    try:
        app(arguments, prog_name="tastetrend")
    except Exception as error:
        known = _to_known_error(error)
        if known is None:
            raise
        from ops.terminal import escape_lines  # noqa: PLC0415 # help and completion do not wait for rich

        typer.echo(f"error: {escape_lines(str(known))}", err=True)
        sys.exit(known.exit_code)


def _to_known_error(error: Exception) -> CommandError | None:
    """Return the error as one sentence with an exit code; None for a fault of this code."""
    if isinstance(error, CommandError):
        return error
    if "boto3" in sys.modules:  # otherwise its exceptions take long to import
        from ops.aws_errors import to_aws_error  # noqa: PLC0415 # for that reason

        if aws_error := to_aws_error(error):
            return aws_error
    if "tastetrend_etl.errors" in sys.modules:
        from tastetrend_etl.errors import InvalidSourceError  # noqa: PLC0415 # it has been imported

        if isinstance(error, InvalidSourceError):
            return CommandError(str(error))
    if isinstance(error, OSError) and error.filename:
        return UsageError(f"{error.filename} cannot be used: {error.strerror}; name another path")
    return None


def _exit_on_signal(number: int, _frame: FrameType | None) -> None:
    """Raise an exception on a signal, so that context managers clean up."""
    sys.exit(128 + number)

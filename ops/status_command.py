"""The command `tastetrend status`."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from ops.options import Env, Json, context_of, finish

EXAMPLE = "Example: tastetrend status --env prod"


def status(env: Env, *, as_json: Json = False) -> None:
    """Show how an environment is: stack, aliases, alarms, queues, last files and batch. Changes nothing.

    Exits with 1 when something is wrong, and says what to do about it.
    """
    from ops.status import show_status

    finish(show_status(context_of(env, as_json)), as_json)

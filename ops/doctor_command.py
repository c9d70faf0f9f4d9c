"""The command `tastetrend doctor`."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from ops.options import Env, Json, console_for, finish

EXAMPLE = "Example: tastetrend doctor --env dev"


def doctor(env: Env, *, as_json: Json = False) -> None:
    """Check an account and a stack before and after a deployment. Changes nothing.

    Exits with 1 when a check fails; each line says what was found and what to do next.
    """
    from ops.doctor import examine

    finish(examine(env, console_for(as_json)), as_json)

"""The command `tastetrend history`."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from typing import Annotated

from typer import Option

from ops.options import Env, Json, context_of, finish

EXAMPLE = "Example: tastetrend history --env prod --limit 50"


def history(
    env: Env,
    limit: Annotated[int, Option(min=1, max=1_000, help="How many entries to show, the newest.")] = 20,
    *,
    as_json: Json = False,
) -> None:
    """List what happened, oldest first: files with their verdicts, batches, and releases. Changes nothing."""
    from ops.history import list_history

    finish(list_history(context_of(env, as_json), limit), as_json)

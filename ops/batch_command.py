"""The command `tastetrend batch` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ops.options import Env, Json, context_of, finish

EXAMPLE = "Example: tastetrend batch 2026/11/ --env prod --wait"


def batch(
    env: Env,
    prefix: Annotated[str | None, Argument(help="The prefix of the raw keys; '' for all objects.")] = None,
    manifest: Annotated[
        Path | None, Option(help="Instead of a prefix, a file with a raw key on each line, as JSON.")
    ] = None,
    *,
    reprocess: Annotated[
        bool, Option("--reprocess", help="Process again what is already processed; needs --yes.")
    ] = False,
    again: Annotated[
        bool, Option("--again", help="Continue the last batch over this prefix, or run it once more.")
    ] = False,
    wait: Annotated[bool, Option("--wait", help="Show the progress until the batch ends.")] = False,
    yes: Annotated[
        bool, Option("--yes", help="With --reprocess: do it, not only say what it would.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Process many raw objects at once, and report on them together.

    An upload is processed without it: use it for events that were missed, for a new version, or for one
    report on many files. Exits with 1 when a file fails or the balance does not hold.
    """
    from ops.batch import Request, run_batch

    request = Request(prefix, manifest, reprocess)
    finish(run_batch(context_of(env, as_json), request, again=again, wait=wait, yes=yes), as_json)

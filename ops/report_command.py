"""The command `tastetrend report` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ops.options import Env, Json, context_of, finish

EXAMPLE = "Example: tastetrend report latest --env dev"


def report(
    env: Env,
    which: Annotated[
        str,
        Argument(
            metavar="latest|DAY|PREFIX",
            help="The files of the latest day with an upload, of a day as 2026-11-25 (UTC), or of a prefix.",
        ),
    ] = "latest",
    batch: Annotated[
        str | None,
        Option(metavar="FOLDER", help="Instead, the files of this batch: its folder under batches/."),
    ] = None,
    out: Annotated[Path, Option(help="The folder to write the pages to.")] = Path("build/report"),
    *,
    as_json: Json = False,
) -> None:
    """Write an index of processed files, the worst first, with their pages, and what has changed.

    Compares each file with the 20 deliveries of its source before it, among the 2,000 files that were
    uploaded last. Exits with 1 when a file was rejected or fails a check.
    """
    from ops.report import write_report

    finish(write_report(context_of(env, as_json), which, batch, out), as_json)

"""The command `tastetrend query` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ops.options import Env, Json, context_of, finish

EXAMPLE = "Example: tastetrend query 'SELECT * FROM reviews_by_month' --env dev"


def query(
    sql: Annotated[str, Argument(help="A SELECT statement in the SQL of Athena.")],
    env: Env,
    out: Annotated[
        Path | None,
        Option(metavar="FILE.parquet", help="Write all rows to this file, instead of showing them."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Query the reviews of all files with Athena, without customers' names.

    Tables: reviews (one row for each review), reviews_by_month, review_rows (each row of each file),
    restaurants. Exits with 2 when Athena does not accept the SQL.
    """
    from ops.query import run_query

    finish(run_query(context_of(env, as_json), sql, out), as_json)

"""The command `tastetrend onboard` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ops.options import Json, console_for, finish

EXAMPLE = "Example: tastetrend onboard export.csv --name lindenhof"


def onboard(
    file: Annotated[Path, Argument(help="A raw review file of an unknown source.")],
    name: Annotated[str, Option(help="The name of the source.")],
    key_pattern: Annotated[
        str, Option(metavar="GLOB", help="Of the source's raw keys; without it, the columns are compared.")
    ] = "",
    column: Annotated[
        list[str] | None, Option(metavar="FIELD=NAME", help="The column of a field, instead of the proposal.")
    ] = None,
    category: Annotated[
        list[str] | None, Option(metavar="FIELD:WORD=CATEGORY", help="The category of a further word.")
    ] = None,
    *,
    force: Annotated[bool, Option("--force", help="Replace the source of this name.")] = False,
    as_json: Json = False,
) -> None:
    """Add a source: propose how to read its files, write its TOML file and a golden file of invented reviews.

    Raises the project's version. Exits with 1 when the quality gate would fail, or the file fails a check.
    """
    from ops.onboard import draft_source, onboard_file

    draft = draft_source(name, key_pattern, column or [], category or [])
    finish(onboard_file(file, draft, console_for(as_json), force=force), as_json)

"""How every command prints its result and ends."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from rich.console import Console

    from ops.result import Result

Json = Annotated[bool, Option("--json", help="Print JSON to stdout; messages go to stderr.")]


def console(as_json: bool) -> "Console":  # noqa: FBT001 # from an option
    """Return a console that prints text unchanged; with JSON on stdout, it prints to stderr."""
    from rich.console import Console  # noqa: PLC0415 # help and completion do not wait for it

    return Console(stderr=as_json, markup=False, emoji=False, soft_wrap=True)


def finish(result: "Result", as_json: bool) -> None:  # noqa: FBT001 # from an option
    """Print the result as JSON if asked to, and exit with its code."""
    if as_json:
        typer.echo(json.dumps(result.data, indent=2, ensure_ascii=False))
    raise typer.Exit(result.exit_code)

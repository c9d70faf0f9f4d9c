"""The options that several commands have, and what each command begins and ends with."""
# ruff: noqa: PLC0415 # help and completion do not wait for boto3

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

if TYPE_CHECKING:
    from rich.console import Console

    from ops.result import Result
    from ops.stack_outputs import CommandContext

EnvironmentName = Literal["local", "dev", "staging", "prod"]
Env = Annotated[EnvironmentName, Option(envvar="TASTETREND_ENV", help="The environment to work on.")]
Json = Annotated[bool, Option("--json", help="Print JSON to stdout; messages go to stderr.")]
Yes = Annotated[bool, Option("--yes", help="Do it; without this, only show what would be done.")]
Rag = Annotated[bool, Option("--rag", help="Also embed the reviews, by a local model, for `tastetrend ask`.")]
Stage = Annotated[Literal["staging", "prod"], Argument(help="The alias to move.")]
Number = partial(Option, metavar="NUMBER")


def context_of(env: str, as_json: bool) -> "CommandContext":  # noqa: FBT001 # from an option
    """Read the names of the environment's resources."""
    from ops.stack_outputs import read_context

    return read_context(env, console_for(as_json))


def console_for(as_json: bool) -> "Console":  # noqa: FBT001 # from an option
    """Return a console that prints text without markup; with JSON on stdout, it prints to stderr."""
    from ops.terminal import EscapingConsole

    return EscapingConsole(stderr=as_json, markup=False, emoji=False, soft_wrap=True)


def finish(result: "Result", as_json: bool) -> None:  # noqa: FBT001 # from an option
    """Print the result as JSON if it was asked for, and exit."""
    if as_json:
        from ops.terminal import escape_json

        typer.echo(escape_json(json.dumps(result.data, indent=2, ensure_ascii=False)))
    raise typer.Exit(result.exit_code)

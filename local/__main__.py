"""The command line: `python -m local COMMAND`."""

import os
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from local import background, demo
from local.errors import LocalError

app = typer.Typer(help="The stack on an emulator of AWS, on this machine.", no_args_is_help=True)


@app.command("demo")
def _demo(
    files: Annotated[list[Path] | None, typer.Argument(help="Review files; the samples if none.")] = None,
) -> None:
    """Deploy the stack, drop files into the raw bucket, and show what becomes of them."""
    chosen = files or demo.samples()
    demo.check_files(chosen)
    demo.run(chosen, Console())


@app.command()
def up(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0: any free port.")] = 0,
) -> None:
    """Leave the stack running, and print what makes `aws` and boto3 talk to it."""
    console = Console(stderr=True)
    emulator = background.up(port, console)
    console.print('Use it with: eval "$(make -s up)"; end it with: make down')
    typer.echo("unset AWS_PROFILE AWS_SESSION_TOKEN")
    for name, value in emulator.exports.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def down() -> None:
    """End what `up` left running."""
    typer.echo("The emulator has ended." if background.down() else "No emulator was running.")


def main() -> None:
    """Run a command; however it ends, what it started ends with it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    os.environ.pop("AWS_PROFILE", None)  # may name what only the developer's own account knows
    try:
        app(prog_name="python -m local")
    except LocalError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.status)


def _leave(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exception, so that the way out is the usual one."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()

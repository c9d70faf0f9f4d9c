"""The command line: `python -m ops COMMAND`."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.failures import failures, redrive
from ops.process import process
from ops.release import promote, releases, rollback
from ops.replay import replay

app = typer.Typer(
    help="What an operator of TasteTrend ETL does by hand.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold a customer's name
)
for command in (process, failures, redrive, replay, promote, rollback, releases):
    app.command()(command)

if __name__ == "__main__":
    try:
        app(prog_name="python -m ops")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS refused: {error}")

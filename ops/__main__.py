"""The command line: `python -m ops COMMAND`."""

import typer

from ops.process import process

app = typer.Typer(
    help="What an operator of TasteTrend ETL does by hand.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold a customer's name
)
app.command()(process)


@app.callback()
def _commands() -> None:
    """Keep the command's name on the command line even while there is one only."""


if __name__ == "__main__":
    app(prog_name="python -m ops")

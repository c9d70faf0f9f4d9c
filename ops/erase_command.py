"""The command `tastetrend erase` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

import sys
from typing import Annotated

from typer import Option

from ops.options import Env, Json, Yes, context_of, finish

EXAMPLE = "Example: tastetrend erase --customer - --env dev"


def erase(
    customer: Annotated[
        str, Option(help="The name, or its pseudonym; - reads it from stdin, past the shell's history.")
    ],
    env: Env,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Erase a customer: the own rows from all files and outputs, the name from all other texts.

    Old versions with the customer are deleted for good. Ends with a certificate, and with 1 if something with
    the name is left; an interrupted erasure can be run again.
    """
    from ops.erase import erase_customer

    name = sys.stdin.readline().strip() if customer == "-" else customer
    finish(erase_customer(context_of(env, as_json), name, yes=yes), as_json)

"""The command `tastetrend destroy` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from typing import Annotated, Literal

from typer import Option

from ops.options import Json, Yes, console_for, finish

EXAMPLE = "Example: tastetrend destroy --env dev --yes"
_Env = Annotated[
    Literal["local", "dev"],
    Option(envvar="TASTETREND_ENV", help="The environment to delete; never staging or prod."),
]


def destroy(env: _Env, *, yes: Yes = False, as_json: Json = False) -> None:
    """Delete an environment with all its data: buckets with every version, the stack, its logs.

    An interrupted deletion can be run again. Nothing can be restored.
    """
    from ops.destroy import destroy_environment

    finish(destroy_environment(env, console_for(as_json), yes=yes), as_json)

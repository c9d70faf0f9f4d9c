"""Compares what commands print with `--json` with the schemas in docs/schemas/."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


@cache
def validator_of(command):
    """Return the validator of a command's output."""
    schema = json.loads((SCHEMAS / f"{command}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def printed(stdout):
    """Return the document that was printed, behind the logs of a function in this process; None: none."""
    _, start, document = f"\n{stdout}".rpartition("\n{\n")
    return json.loads(f"{{{document}") if start else None


def check_output(arguments, stdout):
    """Check the output of a command that was run with `--json`; one that failed prints no document."""
    if "--json" in arguments and (document := printed(stdout)):
        validator_of(str(arguments[0])).validate(document)


def checked(command, result):
    """Check the result of a command as `--json` would print it, and return it."""
    validator_of(command).validate(json.loads(json.dumps(result.data)))
    return result

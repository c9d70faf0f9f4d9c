"""The context values: which environment is deployed, and what differs for this deployment."""

import re
from collections.abc import Mapping
from dataclasses import replace

from tastetrend_stack.environments import ENVIRONMENTS, Environment, NamedRoles

_SWITCHES = {"large_files": "fargate", "retrieval": "on", "canary": "on", "boundary": "on"}
_ROLES = {"uploader_roles": "uploaders", "operator_roles": "operators", "analyst_roles": "analysts"}
OPTIONS = (*_SWITCHES, *_ROLES)
"""The names of the context values beside `env` and `repository`."""

# `*` stands for the suffix of a role that IAM Identity Center names.
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+\*?")


class UnknownEnvironmentError(ValueError):
    """The context names no known environment."""


class UnknownOptionError(ValueError):
    """The context gives an option an unknown value."""


def find_environment(name: str | None, **options: str | None) -> Environment:
    """Return the environment of that name, changed by the values of `OPTIONS`.

    Raises:
        UnknownEnvironmentError: there is none; the message lists the known names.
        UnknownOptionError: an option has another value.
    """
    if name not in ENVIRONMENTS:
        problem = f"unknown environment {name!r}" if name else "no environment named"
        raise UnknownEnvironmentError(f"{problem}: pass --context env=<one of {', '.join(ENVIRONMENTS)}>")
    for option, known in _SWITCHES.items():
        if (value := options.get(option)) not in (None, known):
            raise UnknownOptionError(
                f"unknown {option} {value!r}: pass --context {option}={known}, or leave it out"
            )
    row = ENVIRONMENTS[name]
    return replace(
        row,
        large_file_task=bool(options.get("large_files")),
        retrieval=row.retrieval or bool(options.get("retrieval")),
        canary=row.canary or bool(options.get("canary")),
        boundary=bool(options.get("boundary")),
        roles=_read_roles(options),
    )


def _read_roles(options: Mapping[str, str | None]) -> NamedRoles | None:
    """Return the roles that the context names; None if it names none."""
    named = {kind: _split(option, options.get(option)) for option, kind in _ROLES.items()}
    return NamedRoles(**named) if any(named.values()) else None


def _split(option: str, value: str | None) -> tuple[str, ...]:
    arns = tuple(value.split(",")) if value else ()
    for arn in arns:
        if not _ROLE_ARN.fullmatch(arn):
            raise UnknownOptionError(
                f"unknown role {arn!r}: pass --context {option}=<ARN>,<ARN> of IAM roles, or leave it out"
            )
    return arns

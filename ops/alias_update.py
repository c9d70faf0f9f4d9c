"""Moves an alias, of both tiers of the function, by its stack parameters or itself."""

from collections.abc import Mapping

import boto3
from botocore.exceptions import ClientError

from ops.errors import CommandError
from ops.stack_outputs import CommandContext
from ops.stack_update import ALL_AT_ONCE, CANARY, cancel_update, set_parameters


def move_by_canary(context: CommandContext, alias: str, version: str) -> None:
    """Move an alias to a version, and wait until all traffic has moved.

    Only the alias that S3 events invoke has a canary, in environments that have one; others move at once.

    Raises:
        CommandError: CloudFormation rolled the update back; gives its reason.
    """
    versions = find_versions(context, version)
    context.console.print(f"Moving {alias} of {context.env} to version {version}.")
    set_parameters(context, _parameters(alias, versions), CANARY)
    set_aliases(context, alias, versions)  # CloudFormation does not notice what was changed by hand


def move_at_once(context: CommandContext, alias: str, version: str) -> None:
    """Move an alias back to a version: without a canary and the gate, whatever the stack is doing.

    If CloudFormation cannot do it, the alias is moved itself, and then the stack is updated to agree. Whether
    it does is for the caller to check.
    """
    versions = find_versions(context, version)
    try:
        cancel_update(context)
        set_parameters(context, _parameters(alias, versions), _shift(context, alias))
    except (ClientError, CommandError) as error:
        context.console.print(f"CloudFormation cannot move {alias}: {error}. Moving the alias itself.")
        set_aliases(context, alias, versions)
        _adopt(context, alias, versions)
    set_aliases(context, alias, versions)


def adopt_version(context: CommandContext, alias: str, version: str) -> None:
    """Make the stack agree with an alias that serves a version; the large tier follows the small one.

    Raises:
        CommandError: CloudFormation rolled the update back; gives its reason.
    """
    versions = find_versions(context, version)
    set_parameters(context, _parameters(alias, versions), _shift(context, alias))
    set_aliases(context, alias, versions)


def find_versions(context: CommandContext, version: str) -> dict[str, str]:
    """Return tier → number of the newest version with this code; the small tier is the empty string."""
    large = [number for number, small in find_large_versions(context).items() if small == version]
    return {"": version} | ({"Large": max(large, key=int)} if large else {})


def set_aliases(context: CommandContext, alias: str, versions: Mapping[str, str]) -> None:
    """Let an alias of each tier serve a version with all its traffic, unless it does already."""
    client = boto3.client("lambda")
    for tier, version in versions.items():
        function = function_of(context, tier)
        found = client.get_alias(FunctionName=function, Name=alias)
        weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if found["FunctionVersion"] != version or weights:
            client.update_alias(
                FunctionName=function,
                Name=alias,
                FunctionVersion=version,
                RoutingConfig={"AdditionalVersionWeights": {}},
            )


def function_of(context: CommandContext, tier: str) -> str:
    """Return the name of the function of a tier."""
    return f"{context.function}-large" if tier else context.function


def parameter_of(tier: str, alias: str) -> str:
    """Return the name of the stack parameter that holds the version of an alias."""
    return f"{tier}{alias.capitalize()}Version"


def _parameters(alias: str, versions: Mapping[str, str]) -> dict[str, str]:
    return {parameter_of(tier, alias): version for tier, version in versions.items()}


def _shift(context: CommandContext, alias: str) -> str | None:
    """Return how the alias that S3 events invoke moves when this one does, all at once.

    If this is another alias, that stays as it is: the next deployment may move the live one, by canary.
    """
    return ALL_AT_ONCE if alias == context.alias else None


def _adopt(context: CommandContext, alias: str, versions: Mapping[str, str]) -> None:
    try:
        set_parameters(context, _parameters(alias, versions), _shift(context, alias))
    except (ClientError, CommandError) as error:
        context.console.print(f"The stack does not agree yet: {error}.")


def find_large_versions(context: CommandContext) -> dict[str, str]:
    """Return version of the large function → the small one's with the same code, if it names one."""
    client = boto3.client("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(
        FunctionName=function_of(context, "Large")
    )
    try:
        versions = [each for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
    except client.exceptions.ResourceNotFoundException:
        return {}  # the stack is older than the large function
    named = {each["Version"]: each.get("Environment", {}).get("Variables", {}) for each in versions}
    return {number: names["ETL_VERSION"] for number, names in named.items() if "ETL_VERSION" in names}

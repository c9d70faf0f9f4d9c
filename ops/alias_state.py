"""Which version an alias serves by Lambda, by the stack, and by the record; and where they disagree."""

from dataclasses import dataclass

import boto3

from ops.alias_update import find_large_versions, function_of, parameter_of
from ops.stack_outputs import CommandContext
from ops.stack_update import read_parameters


@dataclass(frozen=True)
class AliasState:
    """One alias, as Lambda and CloudFormation know it.

    Attributes:
        serving: the version that gets the events, or most of them.
        weighted: the version that gets a part of them, during a canary.
        stack: the version that the stack names; empty until the first promotion.
        large: the version that the alias of the large function serves, a number of its own; None if no
            version of the large function belongs to `serving`.
        large_belongs_to: the version of the small function that `large` belongs to.
        stack_large: the version of the large function that the stack names.
        is_updating: an update of the stack is in progress.
    """

    alias: str
    serving: str
    weighted: str | None
    stack: str
    large: str | None
    large_belongs_to: str | None
    stack_large: str
    is_updating: bool

    def serves(self, version: str) -> bool:
        """Return whether a version gets all events and the stack names it, so that nothing is left to do."""
        return not self.is_updating and not find_disagreements(self, version)


def read_state(context: CommandContext, alias: str) -> AliasState:
    """Read an alias of both tiers, and its parameters of the stack."""
    parameters, is_updating = read_parameters(context)
    serving, weighted = _read_alias(context, "", alias)
    belongs_to = find_large_versions(context)
    large = _read_alias(context, "Large", alias)[0] if serving in belongs_to.values() else None
    return AliasState(
        alias=alias,
        serving=serving,
        weighted=weighted,
        stack=parameters.get(parameter_of("", alias), ""),
        large=large,
        large_belongs_to=belongs_to.get(large) if large else None,
        stack_large=parameters.get(parameter_of("Large", alias), ""),
        is_updating=is_updating,
    )


def find_disagreements(state: AliasState, recorded: str | None) -> list[str]:
    """Return a sentence for each part that does not agree with the record; none if the alias is not promoted.

    The newest version is followed until the first promotion: stack and record are empty then.
    """
    alias, serving = state.alias, state.serving
    if not state.stack and recorded is None:
        return []
    found = []
    if serving != recorded:
        found.append(f"{alias} serves version {serving}, the record says {recorded or 'none'}")
    if serving != state.stack:
        found.append(f"{alias} serves version {serving}, the stack says {state.stack or 'none'}")
    if state.weighted:
        found.append(f"{alias} sends a part of the events to version {state.weighted}")
    return found + _find_large_disagreements(state)


def _find_large_disagreements(state: AliasState) -> list[str]:
    if not state.large:
        return []
    serves = f"{state.alias} of the large function serves its version {state.large}"
    found = []
    if state.large_belongs_to != state.serving:
        found.append(f"{serves}, which belongs to version {state.large_belongs_to or 'none'}")
    if state.large != state.stack_large:
        found.append(f"{serves}, the stack says {state.stack_large or 'none'}")
    return found


def _read_alias(context: CommandContext, tier: str, alias: str) -> tuple[str, str | None]:
    """Return the version that an alias serves, and the one that gets a part of the events."""
    client = boto3.client("lambda")
    found = client.get_alias(FunctionName=function_of(context, tier), Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return found["FunctionVersion"], next(iter(weights), None)

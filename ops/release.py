"""Promotes a version to a stage."""

import json
from typing import Any

import boto3

from ops import manifests
from ops.alias_state import read_state
from ops.alias_update import move_by_canary
from ops.archive import archive
from ops.drift import require_agreement, settle
from ops.errors import CommandError, UsageError
from ops.invoke import connect
from ops.manifests import PREVIOUS_STAGE
from ops.release_history import recorded_version
from ops.release_log import read_events, record
from ops.result import Result
from ops.stack_outputs import CommandContext
from ops.stack_update import wait_until_stable

_VERDICT = ("status", "reasons", "comparisons", "not_compared", "runtimes", "retrieval")
_GATE_READ_TIMEOUT_S = 660  # longer than the gate's own timeout


def promote_version(
    context: CommandContext, stage: str, version: str | None, *, override: str | None
) -> Result:
    """Run the quality gate on a version, archive its code, and move an alias to it.

    The version is by default what the stage before runs. With `override`, the reason for it, it is promoted
    although the gate fails.

    Raises:
        CommandError: there is no such version, or it is not live in the end.
    """
    env, console = context.env, context.console
    if version:
        _require_version(context, version)
    before = _settle_stage(context, stage)
    chosen = version or manifests.current_versions(context.function)[PREVIOUS_STAGE[stage]]
    gate = _run_gate(context, chosen, before)
    failed = gate["status"] == "fail"
    data = {"environment": env, "stage": stage, "version": chosen, "previous_version": before, "gate": gate}
    if failed:
        reason = override or "; ".join(gate["reasons"])
        record(context, "overridden" if override else "rejected", stage, chosen, before, reason)
    if failed and not override:
        console.print(f"Version {chosen} was not promoted; {stage} of {env} still runs version {before}.")
        return Result(data | {"promoted": False}, 1)
    semver = _save_manifest(context, chosen, gate, forced=failed)
    _move_and_record(context, stage, chosen, before)
    console.print(f"{stage} of {env} runs version {chosen} ({semver}), before it was {before}.")
    return Result(data | {"promoted": True})


def _require_version(context: CommandContext, version: str) -> None:
    if not version.isdecimal():
        raise UsageError(f"{version!r} is no version; name its number")
    client = boto3.client("lambda")
    try:
        client.get_function(FunctionName=context.function, Qualifier=version)
    except client.exceptions.ResourceNotFoundException as error:
        raise CommandError(
            f"there is no version {version} of {context.function}; `releases` shows the newest as dev"
        ) from error


def _settle_stage(context: CommandContext, stage: str) -> str:
    """Wait for an update in progress, repair and record drift; return the version that the alias serves."""
    wait_until_stable(context)
    state = read_state(context, stage)
    settle(context, state, read_events(context, manifests.load(context)))
    return state.serving


def _save_manifest(context: CommandContext, version: str, gate: dict[str, Any], *, forced: bool) -> str:
    """Archive the code and write the manifest; return the project's version."""
    manifest = archive(context, version, gate["status"], forced=forced)
    manifest.retrieval = gate.get("retrieval", {}).get("figures")
    if earlier := manifests.load(context).get(version):
        manifest.promoted, manifest.rolled_back = earlier.promoted, earlier.rolled_back
    manifests.save(context, manifest)
    return manifest.semver


def _move_and_record(context: CommandContext, stage: str, version: str, before: str) -> None:
    """Move the alias, and record the promotion only if alias and stack have the version then."""
    record(context, "promotion_started", stage, version, before)
    try:
        move_by_canary(context, stage, version)
        require_agreement(context, stage, version)
    except CommandError as error:
        record(context, "promotion_failed", stage, version, before, str(error))
        raise
    record(context, "promoted", stage, version, before)
    recorded = recorded_version(read_events(context, manifests.load(context)), stage)
    if recorded != version:
        raise CommandError(
            f"{stage} of {context.env} serves version {version}, but the record says {recorded}; "
            "was it moved by another command at the same time? Run `tastetrend releases` to see"
        )


def _run_gate(context: CommandContext, version: str, baseline: str) -> dict[str, Any]:
    """Invoke the quality gate, print its verdict, and return it without the keys of its documents."""
    env, console = context.env, context.console
    with console.status(f"comparing version {version} with version {baseline}"):
        response = connect(_GATE_READ_TIMEOUT_S).invoke(
            FunctionName=f"tastetrend-{env}-quality-gate",
            Payload=json.dumps({"version": version, "baseline": baseline}).encode(),
        )
    verdict = json.load(response["Payload"])
    if "FunctionError" in response:
        raise CommandError(f"the quality gate of {env} failed: {verdict.get('errorMessage')}")
    console.print(f"Quality gate of {env}: {verdict['status']}.")
    for line in _describe(verdict):
        console.print(f"  {line}")
    return {name: verdict[name] for name in _VERDICT if name in verdict}


def _describe(verdict: dict[str, Any]) -> list[str]:
    """Return the reasons, and what was compared; a gate from before contract version 2 gives only reasons."""
    counts, omitted = verdict.get("comparisons", {}), verdict.get("not_compared", [])
    made = [f"{count:,} comparisons with the {reference}" for reference, count in counts.items()]
    retrieval = _describe_retrieval(verdict.get("retrieval", {}))
    return [*verdict["reasons"], *(f"not compared: {each}" for each in omitted), *retrieval, *made]


def _describe_retrieval(check: dict[str, Any]) -> list[str]:
    pairs = [("retrieval", check.get("figures")), ("the baseline's retrieval", check.get("baseline"))]
    return [f"{name}: {manifests.describe_figures(figures)}" for name, figures in pairs if figures]

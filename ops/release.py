"""Promotes a version to a stage, and lists which version each alias runs."""

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ops import manifests
from ops.alias_update import move_alias
from ops.archive import archive
from ops.errors import CommandError
from ops.invoke import connect
from ops.manifests import PREVIOUS_STAGE, Manifest
from ops.result import Result
from ops.stack_outputs import CommandContext

_VERDICT = ("status", "reasons", "comparisons", "not_compared", "runtimes", "retrieval")
_GATE_READ_TIMEOUT_S = 660  # longer than the gate's own timeout


def promote_version(context: CommandContext, stage: str, version: str | None, *, force: bool) -> Result:
    """Run the quality gate on a version, archive its code, and move an alias to it.

    The version is by default what the stage before runs; `force` promotes it although the gate fails.
    """
    env, console = context.env, context.console
    running = manifests.current_versions(context.function)
    chosen, before = version or running[PREVIOUS_STAGE[stage]], running[stage]
    gate = _run_gate(context, chosen, before)
    failed = gate["status"] == "fail"
    data = {"environment": env, "stage": stage, "version": chosen, "previous_version": before, "gate": gate}
    if failed and not force:
        console.print(f"Version {chosen} was not promoted; {stage} of {env} still runs version {before}.")
        return Result(data | {"promoted": False}, 1)
    manifest = archive(context, chosen, gate["status"], forced=failed)
    manifest.retrieval = gate.get("retrieval", {}).get("figures")
    if earlier := manifests.load(context).get(chosen):
        manifest.promoted, manifest.rolled_back = earlier.promoted, earlier.rolled_back
    move_and_record(context, stage, manifest)
    console.print(f"{stage} of {env} runs version {chosen} ({manifest.semver}), before it was {before}.")
    return Result(data | {"promoted": True})


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
    return [f"{name}: {_retrieval(figures)}" for name, figures in pairs if figures]


def _retrieval(figures: dict[str, Any]) -> str:
    return f"recall {figures['recall']:.2f}, nDCG {figures['ndcg']:.2f}"


def move_and_record(context: CommandContext, stage: str, manifest: Manifest) -> None:
    """Move the alias; record the promotion only after it has moved."""
    manifests.save(context, manifest)
    move_alias(context, stage, manifest.version)
    manifest.record_promotion(stage)
    manifests.save(context, manifest)


def list_releases(context: CommandContext) -> Result:
    """Print which version each alias runs, since when, its gate result, and what it can go back to."""
    env, console = context.env, context.console
    running, known = manifests.current_versions(context.function), manifests.load(context)
    console.print(_aliases_table(f"tastetrend-{env}", running, known), soft_wrap=False)
    promoted = [known[version] for version in sorted(known, key=int)]
    for each in promoted:
        retrieval = f", {_retrieval(each.retrieval)}" if each.retrieval else ""
        console.print(
            f"version {each.version}: {each.semver}, {each.code_key}, gate {_gate(each)}{retrieval}"
        )
    previous = {alias: manifests.previous_version(known, alias, running[alias]) for alias in PREVIOUS_STAGE}
    for alias, earlier in previous.items():
        console.print(f"{alias} can go back to {f'version {earlier}' if earlier else 'nothing yet'}.")
    versions = [vars(manifest) for manifest in promoted]
    return Result(
        {"environment": env, "aliases": running, "previous_versions": previous, "versions": versions}
    )


def _aliases_table(title: str, running: dict[str, str], known: dict[str, Manifest]) -> Table:
    table = Table("alias", "version", "code", "since", "gate", title=title, box=SIMPLE_HEAD)
    for alias, version in sorted(running.items()):
        if manifest := known.get(version):
            since = (manifest.promoted.get(alias) or ["not recorded"])[-1]
            table.add_row(alias, version, manifest.semver, since, _gate(manifest))
        else:
            table.add_row(alias, version, "", "not promoted: follows the newest")
    return table


def _gate(manifest: Manifest) -> str:
    return f"{manifest.gate} (forced)" if manifest.forced else manifest.gate

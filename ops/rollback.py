"""Moves an alias back to an earlier version, and repairs the outputs of the bad one."""

from dataclasses import replace
from typing import Any

from ops import manifests
from ops.alias_state import AliasState, find_disagreements, read_state
from ops.alias_update import move_at_once
from ops.drift import record_drift
from ops.errors import CommandError
from ops.release_log import read_events, record
from ops.repair import find_uploads, repair_outputs
from ops.replay import find_outputs, show_keys
from ops.result import Result
from ops.rollback_plan import RollbackPlan, plan_rollback
from ops.stack_outputs import CommandContext


def rollback_version(
    context: CommandContext, stage: str, to: str | None, *, repair: bool, yes: bool
) -> Result:
    """Move an alias back to a version, by default to the one that ran before.

    With `repair`, process the bad version's raw objects again, delete what only it wrote; this needs `yes`.

    Raises:
        CommandError: there is no such version to go back to.
    """
    known = manifests.load(context)
    if to and to not in known:
        raise CommandError(f"version {to} was never promoted; `releases` lists those that were")
    events, state = read_events(context, known), read_state(context, stage)
    plan = plan_rollback(state, events, to)
    data = {"environment": context.env, "stage": stage, "version": plan.good, "bad_versions": plan.bad}
    if repair and not yes:
        return Result(data | {"dry_run": True} | _show_rollback(context, state, plan))
    if not plan.is_begun:
        record_drift(context, state, events)
        record(context, "rollback_started", stage, plan.good, plan.bad[0])
    drift = _roll_back(context, state, plan, repair=repair)
    repaired = repair_outputs(replace(context, alias=stage), plan.bad) if repair else {}
    unfinished = drift or repaired.get("failed") or repaired.get("left_outputs")
    return Result(data | {"dry_run": False, "drift": drift} | repaired, int(bool(unfinished)))


def _show_rollback(context: CommandContext, state: AliasState, plan: RollbackPlan) -> dict[str, Any]:
    """Print what a rollback would do, and return it."""
    written = find_outputs(context, plan.bad)
    context.console.print(
        f"{state.alias} of {context.env} runs version {plan.good} already"
        if state.serves(plan.good)
        else f"would move {state.alias} of {context.env} from version {plan.bad[0]} to {plan.good}"
    )
    objects = show_keys("would process again", [*find_uploads(context, written)], context)
    context.console.print(
        f"Of {len(written)} outputs of version {', '.join(plan.bad)}, those that version {plan.good} does "
        "not write again would be deleted. Nothing was done; add --yes to do it."
    )
    return {"objects": objects, "outputs": [output.key for output in written]}


def _roll_back(context: CommandContext, state: AliasState, plan: RollbackPlan, *, repair: bool) -> list[str]:
    """Move the alias, unless it has moved, and record it; return where alias and stack still disagree."""
    alias, good = state.alias, plan.good
    has_moved = state.serves(good)
    _announce(context, state, plan, repair=repair)
    if not has_moved:
        move_at_once(context, alias, good)
    if not plan.is_done:
        record(context, "rolled_back", alias, good, plan.bad[0])
    drift = find_disagreements(read_state(context, alias), good)
    context.console.print(
        f"{alias} of {context.env} went back to version {good} already; name another one with --to."
        if has_moved and plan.is_done
        else f"{alias} of {context.env} runs version {good} again instead of {', '.join(plan.bad)}."
    )
    for sentence in drift:
        context.console.print(f"{sentence}; run `tastetrend releases --repair --env {context.env}` later.")
    return drift


def _announce(context: CommandContext, state: AliasState, plan: RollbackPlan, *, repair: bool) -> None:
    bad = ", ".join(plan.bad)
    context.console.print(
        f"{state.alias} of {context.env} serves version {plan.good} already, so no traffic is moved."
        if state.serving == plan.good and not state.weighted
        else f"{state.alias} of {context.env} goes from version {plan.bad[0]} to {plan.good}: all at once, "
        "without the gate and whatever the alarms say."
    )
    if repair:
        context.console.print(
            f"Then all files of version {bad} are processed again, and what only it wrote is deleted."
        )

"""Moves an alias back to an earlier version, and repairs the outputs of the bad one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ops import manifests
from ops.errors import CommandError
from ops.manifests import Manifest
from ops.release import move_and_record
from ops.replay import delete_orphaned_outputs, find_outputs, find_raw_keys, reprocess, show_keys
from ops.result import Result
from ops.stack_outputs import CommandContext


@dataclass(frozen=True)
class _RollbackPlan:
    """Which version an alias goes back to; it `has_moved` if an earlier command did that already."""

    good: str
    bad: list[str]
    has_moved: bool


def rollback_version(
    context: CommandContext, stage: str, to: str | None, *, repair: bool, yes: bool
) -> Result:
    """Move an alias back to a version, by default to the one that ran before.

    With `repair`, process the bad version's raw objects again, delete what only it wrote; this needs `yes`.

    Raises:
        CommandError: there is no such version to go back to.
    """
    known = manifests.load(context)
    plan = _plan_rollback(known, stage, manifests.current_versions(context.function)[stage], to)
    data = {"environment": context.env, "stage": stage, "version": plan.good, "bad_versions": plan.bad}
    if repair and not yes:
        return Result(data | {"dry_run": True} | _show_rollback(context, stage, plan))
    _roll_back(context, stage, known, plan)
    repaired = _repair_outputs(replace(context, alias=stage), plan.bad) if repair else {}
    return Result(data | {"dry_run": False} | repaired, int(bool(repaired.get("failed"))))


def _plan_rollback(known: Mapping[str, Manifest], stage: str, current: str, to: str | None) -> _RollbackPlan:
    bad = manifests.rolled_back_versions(known, stage, current) if to in {None, current} else []
    if bad:
        return _RollbackPlan(current, bad, has_moved=True)
    good = to or manifests.previous_version(known, stage, current)
    if good is None:
        raise CommandError(f"there is no record of a version that {stage} ran before version {current}")
    if good not in known:
        raise CommandError(f"version {good} was never promoted; `releases` lists those that were")
    if good == current:
        raise CommandError(f"{stage} runs version {good} already, and was not rolled back to it")
    return _RollbackPlan(good, [current], has_moved=False)


def _show_rollback(context: CommandContext, stage: str, plan: _RollbackPlan) -> dict[str, Any]:
    """Print what a rollback would do, and return it."""
    written = find_outputs(context, plan.bad)
    context.console.print(
        f"{stage} of {context.env} runs version {plan.good} already"
        if plan.has_moved
        else f"would move {stage} of {context.env} from version {plan.bad[0]} to {plan.good}"
    )
    objects = show_keys("would process again", find_raw_keys(context, versions=plan.bad), context)
    context.console.print(
        f"Of {len(written)} outputs of version {', '.join(plan.bad)}, those that version {plan.good} does "
        "not write again would be deleted. Nothing was done; add --yes to do it."
    )
    return {"objects": objects, "outputs": written}


def _roll_back(
    context: CommandContext, stage: str, known: Mapping[str, Manifest], plan: _RollbackPlan
) -> None:
    good, bad = known[plan.good], plan.bad[0]
    if plan.has_moved:
        manifests.record_rollback(context, stage, known[bad], good)
        change = f"went back to version {plan.good} already; name another one with --to"
    else:
        if bad in known:  # recorded before the alias moves, so that an interrupted command can be continued
            known[bad].rolled_back[stage] = plan.good
            manifests.save(context, known[bad])
        move_and_record(context, stage, good)
        change = f"runs version {plan.good} ({good.semver}) again instead of {bad}"
    context.console.print(f"{stage} of {context.env} {change}.")


def _repair_outputs(context: CommandContext, bad: list[str]) -> dict[str, Any]:
    """Process the raw objects of bad versions again; if all succeed, delete what only they wrote."""
    keys = find_raw_keys(context, versions=bad)
    objects, failed = reprocess(context, keys)
    deleted = [] if failed else delete_orphaned_outputs(context, bad)
    context.console.print(
        f"{context.env}: {len(keys) - failed} of {len(keys)} files of version {', '.join(bad)} were "
        f"processed again, {len(deleted)} outputs that only it wrote were deleted."
    )
    return {"objects": objects, "deleted_outputs": deleted, "failed": failed}

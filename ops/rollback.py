"""Moves an alias back to an earlier version, and repairs the outputs of the bad one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import boto3
from rich.console import Console

from ops.errors import CommandError
from ops.manifests import (
    Manifest,
    Stage,
    current_versions,
    load_manifests,
    previous_version,
    record_rollback,
    rolled_back_versions,
    save,
)
from ops.promotion import move_and_record
from ops.replay import delete_orphaned_outputs, find_outputs_of_version, find_raw_keys, reprocess, show_keys
from ops.result import Result
from ops.stack_outputs import StackOutputs, read_stack_outputs

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def rollback_version(
    env: str, stage: Stage, to: str | None, console: Console, *, repair: bool, yes: bool
) -> Result:
    """Move an alias back, and on request repair the outputs of the bad version.

    Args:
        env: the environment.
        stage: the alias.
        to: Lambda's number; by default what ran before.
        console: where progress and results are printed.
        repair: process the raw objects of the bad version again, and delete what only it wrote.
        yes: without it, a rollback with repair only prints what it would do.

    Raises:
        CommandError: there is no such version to go back to.
    """
    outputs, s3 = read_stack_outputs(env), boto3.client("s3")
    known = load_manifests(s3, outputs)
    plan = _plan_rollback(known, stage, current_versions(outputs)[stage], to)
    data = {"environment": env, "stage": stage, "version": plan.good, "bad_versions": plan.bad}
    if repair and not yes:
        return Result(data | {"dry_run": True} | _show_rollback(s3, outputs, stage, plan, console))
    _roll_back(s3, outputs, stage, known, plan, console)
    repaired = _repair_outputs(s3, replace(outputs, alias=stage), plan.bad, console) if repair else {}
    return Result(data | {"dry_run": False} | repaired, int(bool(repaired.get("failed"))))


@dataclass(frozen=True)
class _RollbackPlan:
    """Where an alias goes back to; it `has_moved` when an earlier command did that already."""

    good: str
    bad: list[str]
    has_moved: bool


def _plan_rollback(known: Mapping[str, Manifest], stage: str, current: str, to: str | None) -> _RollbackPlan:
    bad = rolled_back_versions(known, stage, current) if to in {None, current} else []
    if bad:
        return _RollbackPlan(current, bad, has_moved=True)
    good = to or previous_version(known, stage, current)
    if good is None:
        raise CommandError(f"there is no record of a version that {stage} ran before version {current}")
    if good not in known:
        raise CommandError(f"version {good} was never promoted; `releases` lists those that were")
    if good == current:
        raise CommandError(f"{stage} runs version {good} already, and was not rolled back to it")
    return _RollbackPlan(good, [current], has_moved=False)


def _show_rollback(
    s3: "S3Client", outputs: StackOutputs, stage: str, plan: _RollbackPlan, console: Console
) -> dict[str, Any]:
    """Print what a rollback would do, and return it."""
    keys = _raw_keys_of(s3, outputs, plan.bad)
    written = [key for version in plan.bad for key in find_outputs_of_version(s3, outputs, version)]
    stays = f"{stage} of {outputs.env} runs version {plan.good} already"
    moves = f"would move {stage} of {outputs.env} from version {plan.bad[0]} to {plan.good}"
    console.print(stays if plan.has_moved else moves)
    show_keys("would process again", keys, console)
    console.print(
        f"Of {len(written)} outputs of version {', '.join(plan.bad)}, those that version {plan.good} does "
        "not write again would be deleted. Nothing was done; add --yes to do it."
    )
    return {"objects": [{"key": key} for key in keys], "outputs": written}


def _roll_back(
    s3: "S3Client",
    outputs: StackOutputs,
    stage: str,
    known: Mapping[str, Manifest],
    plan: _RollbackPlan,
    console: Console,
) -> None:
    if plan.has_moved:
        record_rollback(s3, outputs, stage, known[plan.bad[0]], known[plan.good])
        console.print(
            f"{stage} of {outputs.env} went back to version {plan.good} already; name another one with --to."
        )
        return
    (bad,) = plan.bad
    if bad in known:  # recorded before the alias moves, so that an interrupted command can be continued
        known[bad].rolled_back[stage] = plan.good
        save(s3, outputs, known[bad])
    move_and_record(s3, outputs, stage, known[plan.good], console)
    semver = known[plan.good].semver
    console.print(f"{stage} of {outputs.env} runs version {plan.good} ({semver}) again instead of {bad}.")


def _repair_outputs(
    s3: "S3Client", outputs: StackOutputs, bad: list[str], console: Console
) -> dict[str, Any]:
    """Process the raw objects of bad versions again; if all succeed, delete what only they wrote."""
    keys = _raw_keys_of(s3, outputs, bad)
    results = reprocess(outputs, keys, console)
    failed = sum(result.failed for result in results)
    deleted = [] if failed else [key for v in bad for key in delete_orphaned_outputs(s3, outputs, v)]
    console.print(
        f"{outputs.env}: {len(keys) - failed} of {len(keys)} files of version {', '.join(bad)} were "
        f"processed again, {len(deleted)} outputs that only it wrote were deleted."
    )
    objects = [{"key": key, **vars(result)} for key, result in zip(keys, results, strict=True)]
    return {"objects": objects, "deleted_outputs": deleted, "failed": failed}


def _raw_keys_of(s3: "S3Client", outputs: StackOutputs, versions: list[str]) -> list[str]:
    return sorted(
        {key for version in versions for key in find_raw_keys(s3, outputs, "", only_version=version)}
    )

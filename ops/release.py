"""Promotes a version behind the quality gate, rolls it back, and tells what runs where."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from botocore.config import Config
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ops.archive import archive
from ops.deployment import Deployment, find_deployment
from ops.leftovers import remove_leftovers
from ops.replay import find_raw, reprocess
from ops.shift import shift
from ops.versions import (
    BEFORE,
    Manifest,
    Stage,
    aliases,
    keep,
    manifests,
    note_going_back,
    run_before,
    taken_back,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GATE_PATIENCE_S = 360  # longer than the gate's own timeout

ReleaseEnv = Annotated[str, typer.Option("--env", help="The environment whose alias moves.")]


def promote(
    stage: Annotated[Stage, typer.Argument(help="The alias to move.")],
    env: ReleaseEnv = "prod",
    version: Annotated[
        str | None, typer.Option(help="The version; by default what the stage before runs.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Promote although the gate says fail.")] = False,
) -> None:
    """Judge a version on the golden files, archive it, and move an alias to it.

    Run it again whenever it was interrupted: what is done already is not done twice.
    """
    console, deployment, s3 = Console(), find_deployment(env), boto3.client("s3")
    running = aliases(deployment)
    chosen = version or running[BEFORE[stage]]
    status = _judge(deployment, chosen, running[stage], console)
    if status == "fail" and not force:
        console.print(f"Version {chosen} was not promoted; {stage} still runs version {running[stage]}.")
        raise typer.Exit(1)
    manifest = archive(s3, deployment, chosen, status, forced=status == "fail")
    known = manifests(s3, deployment)
    if chosen in known:
        manifest.promoted, manifest.rolled_back = known[chosen].promoted, known[chosen].rolled_back
    _move(s3, deployment, stage, manifest, console)
    console.print(f"{stage} runs version {chosen} ({manifest.semver}), before it was {running[stage]}.")


def rollback(
    stage: Annotated[Stage, typer.Argument(help="The alias to move back.")],
    env: ReleaseEnv = "prod",
    to: Annotated[str | None, typer.Option(help="The version; by default what ran before.")] = None,
    *,
    again: Annotated[
        bool, typer.Option("--reprocess", help="Process all files anew that the bad version wrote.")
    ] = False,
) -> None:
    """Move an alias back to the version that it ran before, and mend what the bad one wrote.

    Run it again whenever it was interrupted: an alias that has gone back already stays where it is.
    """
    console, deployment, s3 = Console(), find_deployment(env), boto3.client("s3")
    known, current = manifests(s3, deployment), aliases(deployment)[stage]
    bad = taken_back(known, stage, current) if to in {None, current} else []
    if bad:
        note_going_back(s3, deployment, stage, known[bad[0]], known[current])
        console.print(f"{stage} went back to version {current} already; name another one by --to.")
    else:
        good = _good_version(known, stage, current, to)
        bad = [current]
        _move_back(s3, deployment, stage, known, current, good, console)
        console.print(f"{stage} runs version {good} ({known[good].semver}) again instead of {current}.")
    if again:
        _mend(s3, replace(deployment, alias=stage), bad, console)


def releases(env: ReleaseEnv = "prod") -> None:
    """Tell which version each alias runs since when, its verdict, and what there is to go back to."""
    console, deployment = Console(), find_deployment(env)
    running, known = aliases(deployment), manifests(boto3.client("s3"), deployment)
    table = Table("alias", "version", "code", "since", "gate", box=SIMPLE_HEAD)
    for alias, version in sorted(running.items()):
        table.add_row(alias, version, *_on_record(known.get(version), alias))
    console.print(table)
    for version in sorted(known, key=int):
        manifest = known[version]
        console.print(f"version {version}: {manifest.semver}, {manifest.code_key}, gate {_gate(manifest)}")
    for alias in BEFORE:
        back = run_before(known, alias, running[alias])
        console.print(f"{alias} can go back to {f'version {back}' if back else 'nothing yet'}.")


def _judge(deployment: Deployment, version: str, baseline: str, console: Console) -> str:
    """Ask the quality gate, and say what it found."""
    client = boto3.client(
        "lambda", config=Config(read_timeout=_GATE_PATIENCE_S, retries={"total_max_attempts": 1})
    )
    with console.status(f"judging version {version} against version {baseline}"):
        answer = client.invoke(
            FunctionName=f"tastetrend-{deployment.env}-quality-gate",
            Payload=json.dumps({"version": version, "baseline": baseline}).encode(),
        )
    verdict: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        console.print(f"The quality gate failed: {verdict.get('errorMessage')}", markup=False)
        raise typer.Exit(1)
    console.print(f"Quality gate: {verdict['status']}.")
    for reason in verdict["reasons"]:
        console.print(f"  {reason}", markup=False, soft_wrap=True)
    return str(verdict["status"])


def _move(s3: "S3Client", deployment: Deployment, stage: str, manifest: Manifest, console: Console) -> None:
    """Move the alias, and put it on record only when it has moved."""
    keep(s3, deployment, manifest)
    shift(deployment, stage, manifest.version, console)
    manifest.note_promotion(stage)
    keep(s3, deployment, manifest)


def _good_version(known: Mapping[str, Manifest], stage: str, current: str, to: str | None) -> str:
    """Return where to go back to.

    Raises:
        typer.BadParameter: there is no such version, or the alias is there.
    """
    good = to or run_before(known, stage, current)
    if good is None:
        raise typer.BadParameter(f"nothing is on record that {stage} ran before version {current}")
    if good not in known:
        raise typer.BadParameter(f"version {good} was never promoted; `releases` lists those that were")
    if good == current:
        raise typer.BadParameter(f"{stage} runs version {good} already, and was not taken back to it")
    return good


def _move_back(
    s3: "S3Client",
    deployment: Deployment,
    stage: str,
    known: Mapping[str, Manifest],
    bad: str,
    good: str,
    console: Console,
) -> None:
    """Note what is taken back before the alias moves, so that an interrupted command knows it again."""
    if bad in known:
        known[bad].rolled_back[stage] = good
        keep(s3, deployment, known[bad])
    _move(s3, deployment, stage, known[good], console)


def _mend(s3: "S3Client", deployment: Deployment, bad: list[str], console: Console) -> None:
    keys = sorted({key for version in bad for key in find_raw(s3, deployment, "", only_version=version)})
    failed = reprocess(deployment, keys, console)
    removed = 0 if failed else sum(remove_leftovers(s3, deployment, version) for version in bad)
    console.print(
        f"{len(keys) - failed} of {len(keys)} files that version {', '.join(bad)} wrote were processed anew, "
        f"{removed} outputs that only it made are gone."
    )
    if failed:
        raise typer.Exit(1)


def _on_record(manifest: Manifest | None, alias: str) -> tuple[str, str, str]:
    if manifest is None:
        return "", "not promoted: follows the newest", ""
    moments = manifest.promoted.get(alias)
    return manifest.semver, moments[-1] if moments else "not on record", _gate(manifest)


def _gate(manifest: Manifest) -> str:
    return f"{manifest.gate} (overruled)" if manifest.forced else manifest.gate

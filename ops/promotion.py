"""Promotes a version: runs the quality gate on it, archives its code, and moves an alias to it."""

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from rich.console import Console

from ops.alias_update import move_alias
from ops.archive import archive
from ops.errors import CommandError
from ops.manifests import PREVIOUS_STAGE, Manifest, Stage, current_versions, load_manifests, save
from ops.result import Result
from ops.stack_outputs import StackOutputs, read_stack_outputs

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GATE_READ_TIMEOUT_S = 360  # longer than the gate's own timeout


def promote_version(env: str, stage: Stage, version: str | None, console: Console, *, force: bool) -> Result:
    """Run the quality gate on a version, archive its code, and move an alias to it.

    Args:
        env: the environment.
        stage: the alias.
        version: Lambda's number; by default what the stage before runs.
        console: where progress and results are printed.
        force: promote although the gate fails.
    """
    outputs, s3 = read_stack_outputs(env), boto3.client("s3")
    running = current_versions(outputs)
    chosen, before = version or running[PREVIOUS_STAGE[stage]], running[stage]
    gate = _run_gate(outputs, chosen, before, console)
    failed = gate["status"] == "fail"
    data = {"environment": env, "stage": stage, "version": chosen, "previous_version": before, "gate": gate}
    if failed and not force:
        console.print(f"Version {chosen} was not promoted; {stage} of {env} still runs version {before}.")
        return Result(data | {"promoted": False}, 1)
    manifest = archive(s3, outputs, chosen, gate["status"], forced=failed)
    known = load_manifests(s3, outputs)
    if chosen in known:
        manifest.promoted, manifest.rolled_back = known[chosen].promoted, known[chosen].rolled_back
    move_and_record(s3, outputs, stage, manifest, console)
    console.print(f"{stage} of {env} runs version {chosen} ({manifest.semver}), before it was {before}.")
    return Result(data | {"promoted": True})


def move_and_record(
    s3: "S3Client", outputs: StackOutputs, stage: str, manifest: Manifest, console: Console
) -> None:
    """Move the alias; record the promotion only after it has moved."""
    save(s3, outputs, manifest)
    move_alias(outputs, stage, manifest.version, console)
    manifest.record_promotion(stage)
    save(s3, outputs, manifest)


def _run_gate(outputs: StackOutputs, version: str, baseline: str, console: Console) -> dict[str, Any]:
    """Invoke the quality gate, print its verdict, and return its status and reasons."""
    client = boto3.client(
        "lambda", config=Config(read_timeout=_GATE_READ_TIMEOUT_S, retries={"total_max_attempts": 1})
    )
    with console.status(f"comparing version {version} with version {baseline}"):
        response = client.invoke(
            FunctionName=f"tastetrend-{outputs.env}-quality-gate",
            Payload=json.dumps({"version": version, "baseline": baseline}).encode(),
        )
    verdict: dict[str, Any] = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise CommandError(f"the quality gate of {outputs.env} failed: {verdict.get('errorMessage')}")
    console.print(f"Quality gate of {outputs.env}: {verdict['status']}.")
    for reason in verdict["reasons"]:
        console.print(f"  {reason}", markup=False, soft_wrap=True)
    return {"status": str(verdict["status"]), "reasons": verdict["reasons"]}

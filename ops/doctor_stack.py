"""Checks of the stack: its state, the versions of its aliases, and what they run on."""

import json
from collections.abc import Iterator, Mapping

import boto3

from ops.doctor_models import NOT_DEPLOYED, Finding, Target

_STAGES = ("staging", "prod")
_TIERS = {"": "", "Large": "-large"}  # prefix of the parameters → suffix of the function's name


def check_stack(target: Target) -> Finding:
    """Check that CloudFormation can update the stack."""
    return judge_stack(target.stack["StackStatus"], target.stack_name) if target.stack else NOT_DEPLOYED


def judge_stack(status: str, name: str) -> Finding:
    """Return the finding for a status of CloudFormation."""
    if status == "ROLLBACK_COMPLETE":
        return Finding(
            "fail", "its first creation failed", f"`aws cloudformation delete-stack --stack-name {name}`"
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        continue_it = f"`aws cloudformation continue-update-rollback --stack-name {name}`"
        return Finding("fail", "its last update could not be rolled back", continue_it)
    if status.endswith("_FAILED"):
        return Finding("fail", status, f"`aws cloudformation describe-stack-events --stack-name {name}`")
    if status.endswith("_IN_PROGRESS"):
        return Finding("warn", status, "wait for its end before you deploy or promote")
    return Finding("ok", status)


def check_aliases(target: Target) -> Finding:
    """Check that the aliases run what the stack's parameters say: the next update would move the others."""
    if not (target.stack and target.outputs):
        return NOT_DEPLOYED
    if target.stack["StackStatus"].endswith("_IN_PROGRESS"):
        return Finding("skipped", "an update is under way; aliases can be between two versions")
    parameters = {
        each["ParameterKey"]: each.get("ParameterValue", "") for each in target.stack.get("Parameters", [])
    }
    running = dict(_running_versions(target.function))
    return judge_aliases({name: parameters.get(name, "") for name in running}, running, target.env)


def _running_versions(function: str) -> Iterator[tuple[str, str]]:
    """Yield the parameter of each alias, and its version: two in words, while traffic shifts."""
    client = boto3.client("lambda")
    for prefix, suffix in _TIERS.items():
        for stage in _STAGES:
            alias = client.get_alias(FunctionName=f"{function}{suffix}", Name=stage)
            shares = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
            versions = [alias["FunctionVersion"], *shares]
            yield f"{prefix}{stage.capitalize()}Version", " and ".join(versions)


def judge_aliases(promoted: Mapping[str, str], running: Mapping[str, str], env: str) -> Finding:
    """Return the finding for versions by the names of the parameters; an empty one follows the newest."""
    shifting = [f"{name} {version}" for name, version in running.items() if " and " in version]
    moved = [
        f"{name} is {promoted[name]}, its alias runs {version}"
        for name, version in running.items()
        if promoted[name] and " and " not in version and version != promoted[name]
    ]
    if moved:
        decide = f"`tastetrend releases --repair --env {env}` lets the stack follow the alias"
        return Finding("fail", f"an alias was moved by hand: {'; '.join(moved)}", decide)
    if shifting:
        return Finding(
            "warn",
            f"traffic shifts between versions: {'; '.join(shifting)}",
            f"if no canary is under way, it was left: `tastetrend releases --env {env}`",
        )
    shown = (f"{name} {version}{'' if promoted[name] else ' (newest)'}" for name, version in running.items())
    return Finding("ok", ", ".join(shown))


def check_runtime(target: Target) -> Finding:
    """Say on what the live version ran in the quality gate; what runs elsewhere cannot be asked."""
    if not (target.stack and target.outputs):
        return NOT_DEPLOYED
    alias = boto3.client("lambda").get_alias(
        FunctionName=target.function, Name=target.outputs["LiveAliasName"]
    )
    version, s3 = alias["FunctionVersion"], boto3.client("s3")
    try:
        verdict = s3.get_object(
            Bucket=target.outputs["ArtifactsBucketName"], Key=f"releases/{version}/verdict.json"
        )
    except s3.exceptions.NoSuchKey:
        return Finding("skipped", f"the quality gate has not checked version {version}")
    return judge_runtime(version, json.load(verdict["Body"]).get("runtimes", {}).get(f"version {version}"))


def judge_runtime(version: str, runtime: Mapping[str, str] | None) -> Finding:
    """Return the finding for the versions of the libraries that the gate has recorded."""
    if not runtime:
        return Finding("skipped", f"the quality gate has not recorded what version {version} runs on")
    found = f"version {version} ran on " + ", ".join(f"{name} {each}" for name, each in runtime.items())
    if runtime.get("conditional_writes") not in {None, "supported"}:
        return Finding("fail", found, "the SDK lacks conditional writes: do not process files with it")
    return Finding("ok", found)

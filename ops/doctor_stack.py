"""Checks of the stack: its state, the versions of its aliases, and what they run on."""

import json
from collections.abc import Mapping, Sequence

import boto3
from rich.console import Console

from ops import manifests
from ops.alias_state import AliasState, read_state
from ops.doctor_models import NOT_DEPLOYED, Finding, Target
from ops.drift import find_drift
from ops.manifests import PREVIOUS_STAGE
from ops.release_log import Event, read_events
from ops.stack_outputs import read_context


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
    """Check that alias, stack and record agree, as `releases` does: the next update would move the others."""
    if not (target.stack and target.outputs):
        return NOT_DEPLOYED
    context = read_context(target.env, Console(quiet=True))
    states = [read_state(context, alias) for alias in PREVIOUS_STAGE]
    return judge_aliases(states, read_events(context, manifests.load(context)), target.env)


def judge_aliases(states: Sequence[AliasState], events: Sequence[Event], env: str) -> Finding:
    """Return the finding for aliases and the record of releases."""
    if any(state.is_updating for state in states):
        return Finding("skipped", "an update is under way; aliases can be between two versions")
    drift = [sentence for found in find_drift(states, events).values() for sentence in found]
    if drift:
        return Finding("fail", "; ".join(drift), f"`tastetrend releases --repair --env {env}`")
    shown = (f"{state.alias} {state.serving}{'' if state.stack else ' (newest)'}" for state in states)
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

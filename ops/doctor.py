"""Checks an account and a stack: what would make a deployment fail, and what has changed outside of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http.client import HTTPException

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from ops import doctor_account, doctor_layers, doctor_stack
from ops.aws_errors import to_aws_error
from ops.doctor_models import Finding, Target
from ops.result import Result
from ops.stack_outputs import FAIL_FAST, find_stack

CHECKS: Mapping[str, Callable[[Target], Finding]] = {
    "bootstrap": doctor_account.check_bootstrap,
    "concurrency": doctor_account.check_concurrency,
    "model quota": doctor_account.check_model_quota,
    "stack": doctor_stack.check_stack,
    "leftovers": doctor_account.check_leftovers,
    "aliases": doctor_stack.check_aliases,
    "runtime": doctor_stack.check_runtime,
    "layers": doctor_layers.check_layers,
    "size": doctor_layers.check_size,
}


def examine(env: str, console: Console) -> Result:
    """Run all checks, print a line for each, and return exit code 1 if one fails.

    Raises:
        ClientError, BotoCoreError: AWS cannot be reached, or there are no credentials or no region.
    """
    findings = {"credentials": _identify()}
    _print("credentials", findings["credentials"], console)
    target = Target(env, find_stack(env))
    for name, check in CHECKS.items():
        with console.status(f"checking {name}"):
            findings[name] = _run(check, target)
        _print(name, findings[name], console)
    failed = sum(finding.status == "fail" for finding in findings.values())
    console.print(f"{env}: {len(findings)} checks, {failed} failed.")
    rows = [{"check": name, **asdict(finding)} for name, finding in findings.items()]
    return Result({"environment": env, "checks": rows}, int(failed > 0))


def _identify() -> Finding:
    client = boto3.client("sts", config=FAIL_FAST)
    identity = client.get_caller_identity()
    return Finding("ok", f"account {identity['Account']}, {client.meta.region_name}, as {identity['Arn']}")


def _run(check: Callable[[Target], Finding], target: Target) -> Finding:
    """Run a check; what AWS denies or the emulator does not know does not end the others."""
    try:
        return check(target)
    except (ClientError, BotoCoreError, OSError, HTTPException) as error:
        if target.env == "local":
            return Finding("skipped", "not available on the emulator")
        return Finding("warn", f"not checked: {to_aws_error(error) or error}")


def _print(name: str, finding: Finding, console: Console) -> None:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    console.print(f"{finding.status:8}{name}: {finding.found}{remedy}")

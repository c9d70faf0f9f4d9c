"""Deploys the stack on the emulator with the real CDK command line."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from rich.console import Console

from local.emulator import ACCOUNT, PROJECT, REGION, Emulator
from local.process_group import kill_process_group, start_process_group
from ops.errors import CommandError

_CDK = PROJECT / "node_modules" / ".bin" / "cdk"
_SHOWN_CHARACTERS = 3000
# A proxy cannot reach this machine. Without bytecode, each deployment would take seconds to compile the CDK.
_REPLACED = re.compile(r"AWS_.*|CDK_.*|.*_proxy|PYTHONDONTWRITEBYTECODE", re.IGNORECASE)


@contextmanager
def timed_status(console: Console, present: str, past: str) -> Iterator[None]:
    """Show what is being done, and afterwards how long it took."""
    started = time.monotonic()
    with console.status(f"{present} …"):
        yield
    console.print(f"{past} in {time.monotonic() - started:.1f} s")


def deploy_stack(emulator: Emulator, console: Console, *, retrieval: bool = False) -> dict[str, str]:
    """Bootstrap the account, deploy the stack, with retrieval if asked for, and return its outputs."""
    with timed_status(console, "Bootstrapping the account", "Bootstrapped the account"):
        bootstrap(emulator)
    with timed_status(console, "Deploying the stack", "Deployed the stack"):
        return deploy(emulator, PROJECT, *(["retrieval=on"] if retrieval else []))


def bootstrap(emulator: Emulator) -> None:
    """Prepare the account for the CDK; needed once for each account and region."""
    _run_cdk(emulator, "bootstrap", f"aws://{ACCOUNT}/{REGION}", cwd=emulator.folder)


def deploy(emulator: Emulator, project: Path = PROJECT, *context: str) -> dict[str, str]:
    """Create or update the stack from a checkout of the project, and return the stack's outputs.

    `context` has further values of the CDK's context, as `name=value`.
    """
    values = (f"--context={each}" for each in ("env=local", *context))
    options = [*values, "--require-approval", "never", "--method", "direct"]
    _run_cdk(emulator, "deploy", *options, "--output", str(emulator.folder / "cdk.out"), cwd=project)
    return read_outputs(emulator)


def read_outputs(emulator: Emulator) -> dict[str, str]:
    """Return the outputs of the deployed stack."""
    client = boto3.client("cloudformation", **emulator.connection)
    (stack,) = client.describe_stacks(StackName="tastetrend-local")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _run_cdk(emulator: Emulator, *arguments: str, cwd: Path) -> None:
    """Run the CDK command line in a folder; its output is shown only if it fails.

    Raises:
        CommandError: it failed, or is not installed.
    """
    if not _CDK.exists():
        raise CommandError(f"the CDK command line is not there ({_CDK}); install it with `make node_modules`")
    log = emulator.folder / "cdk.log"
    command = [str(_CDK), *arguments, "--no-notices"]
    process = start_process_group(command, cwd=cwd, env=command_environment(emulator), log=log)
    try:
        status = process.wait()
    except BaseException:
        kill_process_group(process.pid)
        raise
    if status:
        output = log.read_text(errors="replace").strip()[-_SHOWN_CHARACTERS:]
        raise CommandError(f"`cdk {' '.join(arguments)}` failed with status {status}; its output:\n{output}")


def command_environment(emulator: Emulator) -> dict[str, str]:
    """Return this process's environment, with the emulator for AWS, no proxy, and this Python for the app."""
    return {
        **{name: value for name, value in os.environ.items() if not _REPLACED.fullmatch(name)},
        **emulator.environment,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "TMPDIR": str(emulator.folder),  # removed with the emulator, even when the app is killed
        "CDK_HOME": str(emulator.folder / "cdk"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_VALIDATION": "false",  # most of a synthesis; `make synth` and the tests of the stack do it
    }

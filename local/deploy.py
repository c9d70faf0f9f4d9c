"""Deploys the stack on the emulator with the real CDK command line."""

import os
import subprocess
import sys
from pathlib import Path

import boto3

from local.emulator import ACCOUNT, PROJECT, REGION, Emulator
from local.processes import end_group
from ops.errors import CommandError

STACK = "tastetrend-local"
_CDK = PROJECT / "node_modules" / ".bin" / "cdk"
_SHOWN_CHARACTERS = 3000


def bootstrap(emulator: Emulator) -> None:
    """Prepare the account, as is done once for every account and region."""
    run_cdk(emulator, "bootstrap", f"aws://{ACCOUNT}/{REGION}", folder=emulator.folder)


def deploy(emulator: Emulator, project: Path = PROJECT) -> dict[str, str]:
    """Create the stack or update it, and return its outputs.

    Args:
        emulator: where to.
        project: the checkout to deploy.
    """
    options = ["--context", "env=local", "--require-approval", "never", "--method", "direct"]
    run_cdk(emulator, "deploy", *options, "--output", str(emulator.folder / "cdk.out"), folder=project)
    formation = boto3.client("cloudformation", **emulator.connection)
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def run_cdk(emulator: Emulator, *arguments: str, folder: Path) -> None:
    """Run the CDK command line in a folder; what it says goes into a file, shown only if it fails.

    Raises:
        CommandError: it has failed, or is not installed.
    """
    if not _CDK.exists():
        raise CommandError(f"the CDK command line is not there ({_CDK}); install it with `make node_modules`")
    log = emulator.folder / "cdk.log"
    status = _run([str(_CDK), *arguments, "--no-notices"], folder, _environment(emulator), log)
    if status:
        said = log.read_text(errors="replace").strip()[-_SHOWN_CHARACTERS:]
        raise CommandError(f"`cdk {' '.join(arguments)}` failed with status {status}; it said:\n{said}")


def _run(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> int:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 # the CDK command line that package.json pins
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return process.wait()
    except BaseException:
        end_group(process.pid)
        raise


def _environment(emulator: Emulator) -> dict[str, str]:
    """Return the developer's environment with the emulator for AWS, no proxy, and this Python for the app."""
    inherited = {name: value for name, value in os.environ.items() if not _is_replaced(name)}
    return {
        **inherited,
        **emulator.exports,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "TMPDIR": str(emulator.folder),  # gone with the emulator, even when the app is killed
        "CDK_HOME": str(emulator.folder / "cdk"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }


def _is_replaced(name: str) -> bool:
    """Tell whether a variable is about AWS, the CDK, a proxy, which cannot reach this machine, or bytecode.

    Without bytecode of the CDK, which takes seconds to compile, each deployment compiles it again.
    """
    is_proxy = name.lower().endswith("_proxy")
    return is_proxy or name.startswith(("AWS_", "CDK_")) or name == "PYTHONDONTWRITEBYTECODE"

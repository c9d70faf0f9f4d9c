"""Checks that the machine has what the emulator and the CDK need, before they start."""

import re
import shutil
import subprocess  # nosec B404 # asks Node for its version
import tempfile
from pathlib import Path

from ops.errors import CommandError

MIN_NODE = 20  # of the CDK; package.json and the Makefile have it, too
MIN_FREE_MB = 200


def check_machine(results: Path) -> None:
    """Check Node, the folder for results, which is created, and the space for temporary files.

    A port is taken when the emulator starts, and proxies are no obstacle: no process that talks to the
    emulator gets one.

    Raises:
        CommandError: something is missing.
    """
    _check_node()
    _check_folder(results)
    _check_space(Path(tempfile.gettempdir()))


def _check_node() -> None:
    node = shutil.which("node")
    ended = subprocess.run([node, "--version"], capture_output=True, text=True, check=False) if node else None  # noqa: S603 # nosec B603 # the program that PATH names
    version = re.match(r"v(\d+)", ended.stdout) if ended else None
    if version is None or int(version[1]) < MIN_NODE:
        present = f"node is version {version[1]}" if version else "there is none"
        raise CommandError(
            f"Node {MIN_NODE} or newer is needed and {present}; install it from https://nodejs.org/"
        )


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(
            f"{folder.resolve()} cannot be written to ({error.strerror}); run the command in another folder"
        ) from error


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < MIN_FREE_MB:
        raise CommandError(
            f"{folder} has {free} MB free and {MIN_FREE_MB} MB are needed for temporary files; free some, or "
            "set TMPDIR to a folder with more"
        )

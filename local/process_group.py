"""Starts a process as the leader of a group of its own, and kills the whole group."""

import os
import signal
import subprocess  # nosec B404 # the emulator and the CDK
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_TIMEOUT_SECONDS = 60


def start_process_group(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a command in a folder; its output goes to the log file, and it reads no input."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 # nosec B603 # commands of this package only
            command,
            cwd=cwd,
            env=env,
            pass_fds=pass_fds,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill_process_group(leader: int) -> None:
    """Kill a group and return when it has ended; its processes have nothing to save."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while _exists(leader) and time.monotonic() < deadline:
        time.sleep(0.02)


def _exists(group: int) -> bool:
    with suppress(ChildProcessError):  # another process started it, and will reap it
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

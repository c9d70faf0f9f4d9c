"""Ends a process that leads a group, and all it has started."""

import os
import signal
import time
from contextlib import suppress

_PATIENCE_SECONDS = 60


def end_group(leader: int) -> None:
    """Kill the group and return when it is gone; none of ours has anything to save."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _is_there(leader) and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_there(group: int) -> bool:
    with suppress(ChildProcessError):  # started by another process, which reaps it
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

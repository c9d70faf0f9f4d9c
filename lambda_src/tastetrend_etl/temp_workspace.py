"""Gives each invocation a temporary folder of its own, and deletes those of killed invocations."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "tastetrend-workspace-"
_UNLOCKED_PREFIX = "tastetrend-unlocked-"


@contextmanager
def temp_workspace() -> Iterator[Path]:
    """Yield an empty folder, which is deleted afterwards.

    The process holds a lock on it, which ends with the process: so the folder of a killed invocation can be
    told from one in use.
    """
    _delete_abandoned()
    unlocked = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX))
    with _locked(unlocked):
        folder = unlocked.rename(unlocked.with_name(unlocked.name.replace(_UNLOCKED_PREFIX, _PREFIX)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _delete_abandoned() -> None:
    """Delete the folders that no process has locked: after a timeout the disk outlives the process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder.

    Raises:
        OSError: another process has locked it, or it is gone.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)

"""Gives each invocation a folder of its own under the temporary directory, and clears what others left."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "tastetrend-staging-"
_UNCLAIMED = "tastetrend-unclaimed-"


@contextmanager
def staging_area() -> Iterator[Path]:
    """Yield an empty folder that is gone afterwards, whatever happens.

    Its owner holds a lock on it, which ends with the process: what a killed one left can be told from what
    another is working in.
    """
    _clear_leftovers()
    unclaimed = Path(tempfile.mkdtemp(prefix=_UNCLAIMED))
    with _locked(unclaimed):
        folder = unclaimed.rename(unclaimed.with_name(unclaimed.name.replace(_UNCLAIMED, _PREFIX)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear_leftovers() -> None:
    """Remove the folders that nobody holds: a timeout ends the process but keeps the disk."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the only lock on a folder.

    Raises:
        OSError: somebody else holds it, or it is gone.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)

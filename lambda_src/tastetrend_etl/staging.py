"""Gives each invocation a folder of its own under the temporary directory, and clears what others left."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "tastetrend-"


@contextmanager
def staging_area() -> Iterator[Path]:
    """Yield an empty folder that is gone afterwards, whatever happens."""
    _clear_leftovers()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def _clear_leftovers() -> None:
    """Remove the folders of processes that are dead: a timeout kills the process but keeps the disk."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)

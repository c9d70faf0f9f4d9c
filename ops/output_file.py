"""Files that a command writes: each path is checked early, and each file is written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.errors import UsageError


def check_output_path(out: Path) -> None:
    """Check that a file can be at the path.

    Raises:
        UsageError: its folder does not exist, or it is a folder itself.
    """
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out.parent} is no folder; name a file in an existing one")
    if out.is_dir():
        raise UsageError(f"{out} is a folder; name a file in it")


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """Yield the path of a temporary file, which replaces `out` if the block succeeds."""
    unfinished = out.with_name(f"{out.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)

"""Checks the files that a command is given."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ops.errors import UsageError


def check_files(files: Sequence[Path]) -> None:
    """Check that the files can be read and do not overwrite each other's outputs.

    Raises:
        UsageError: one does not exist or is a folder, or two have the same name.
    """
    for file in files:
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name the files in it, such as {file / '*.csv'}")
        if not file.exists():
            raise UsageError(f"{file} does not exist; check the path")
    name, count = Counter(file.name for file in files).most_common(1)[0]
    if count > 1:
        raise UsageError(
            f"{count} files are called {name}; their outputs would overwrite each other, rename them"
        )

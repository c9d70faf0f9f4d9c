"""Finds the review files that a user names: files, and folders of them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ops.errors import UsageError

_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".gz")


def find_raw_files(paths: Sequence[Path], console: Console) -> list[Path]:
    """Return the files in the order named, with those of each folder, sorted, in its place.

    A folder stands for the files directly in it whose names end as review files do. A file that is named is
    taken whatever its name is, as S3 delivers every object.

    Raises:
        UsageError: a path does not exist, a folder has no such file, or two files have the same name: their
            outputs would overwrite each other.
    """
    files = [file for path in paths for file in (_files_in(path, console) if path.is_dir() else [path])]
    for file in files:
        if not file.exists():
            raise UsageError(f"{file} does not exist; check the path")
    name, count = Counter(file.name for file in files).most_common(1)[0]
    if count > 1:
        raise UsageError(
            f"{count} files are called {name}; their outputs would overwrite each other, rename them"
        )
    return files


def _files_in(folder: Path, console: Console) -> list[Path]:
    """Return the review files of a folder, and print how many there are."""
    present = [path for path in sorted(folder.iterdir()) if path.is_file()]
    files = [path for path in present if path.suffix.lower() in _SUFFIXES and not path.name.startswith(".")]
    endings = f"{', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]}"
    if not files:
        raise UsageError(f"no file in {folder} ends with {endings}; name the files to process")
    left_out = f" of {len(present)}" if files != present else ""
    console.print(f"{len(files)}{left_out} files in {folder} end with {endings}")
    return files

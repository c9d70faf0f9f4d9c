"""A folder stands for the review files in it."""

import io

import pytest
from rich.console import Console

from ops.errors import UsageError
from ops.raw_files import find_raw_files


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a space in its name, with review files and others."""
    folder = tmp_path / "my reviews"
    (folder / "older").mkdir(parents=True)
    for name in ("b.CSV", "a 1.txt", "c.csv.gz", "d.jsonl", "notes.md", ".hidden.csv", "older/e.csv"):
        (folder / name).touch()
    return folder


@pytest.fixture
def find():
    """Return a function that finds files, and returns their names and what was printed."""

    def find_names(*paths):
        console = Console(file=io.StringIO(), soft_wrap=True)
        return [path.name for path in find_raw_files(paths, console)], console.file.getvalue()

    return find_names


def test_the_files_of_a_folder_are_sorted_and_counted(find, folder):
    names, output = find(folder)

    assert names == ["a 1.txt", "b.CSV", "c.csv.gz", "d.jsonl"]
    assert f"4 of 6 files in {folder} end with .csv, " in output


def test_a_folder_stands_where_it_is_named(find, folder, tmp_path):
    first, last = tmp_path / "z.csv", tmp_path / "0.csv"
    first.touch()
    last.touch()

    names, _ = find(first, folder, last)

    assert (names[0], names[-1], len(names)) == ("z.csv", "0.csv", 6)


def test_a_file_is_taken_whatever_its_name_is(find, folder):
    assert find(folder / "notes.md", folder / ".hidden.csv") == (["notes.md", ".hidden.csv"], "")


def test_a_folder_without_review_files_is_wrong_usage(find, tmp_path):
    (tmp_path / "notes.md").touch()

    with pytest.raises(UsageError, match=r"no file in .* ends with \.csv, .* or \.gz; name the files"):
        find(tmp_path)


def test_a_file_of_a_folder_has_no_name_of_another(find, folder):
    with pytest.raises(UsageError, match=r"2 files are called e\.csv"):
        find(folder / "older", folder / "older" / "e.csv")

"""The page that compares this project with others shows what `process` finds today."""

import pytest
from rich.console import Console

from benchmarks.compared import our_results
from benchmarks.compared_faults import Fault
from benchmarks.compared_files import compared_files
from benchmarks.compared_tables import fault_table
from ops.process import process_files
from tests.docs.pages import PROJECT


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    files = compared_files(folder)
    for number, file in enumerate(files):
        process_files([file.path], folder / str(number), Console(quiet=True))
    return [(file, our_results(file, folder / str(number), 1.0)) for number, file in enumerate(files)]


def test_the_column_of_this_project_is_what_it_finds(runs):
    page = (PROJECT / "docs/compared.md").read_text(encoding="utf-8")
    _, _, *rows = fault_table(runs).splitlines()

    assert rows
    assert [row for row in rows if f"\n{row}" not in page] == []


def test_no_customer_is_named_in_the_pages_of_this_project(runs):
    assert [run.names for _, run in runs] == [0] * 5


@pytest.mark.parametrize(
    ("finding", "found"), [([1, 2], 2), ([1], 1), ([1, 3], 1), ([1, 2, 9], 0), (2, 2), (3, 2), (1, 0), (4, 0)]
)
def test_only_a_right_finding_counts(finding, found):
    fault = Fault(2, frozenset({1, 2}), also=frozenset({3}), counted=1)

    assert fault.found(finding) == found

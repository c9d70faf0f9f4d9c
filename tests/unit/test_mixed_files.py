"""Files in many languages, encodings and forms: every cell is right, or has an allowed issue."""

from collections import Counter

import pytest

from tests.properties.processing import run
from tests.unit.mixed_files.comparison import compare
from tests.unit.mixed_files.file_table import FILES
from tests.unit.mixed_files.generator import generate, with_seed
from tests.unit.mixed_files.random_files import random_file

SEEDS = (1, 2)
MAX_EXCUSED_SHARE = 0.02


@pytest.fixture(scope="module")
def counts():
    """Return the cells that were compared, and those with an issue instead, of the files so far."""
    return Counter()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_cell_of_a_mixed_file_is_right(file, seed, counts):
    data, rows = generate(with_seed(file, seed), seed)

    comparison = compare(file, rows, run(data, limit=1 << 22))

    assert comparison.wrong == []
    counts.update(cells=comparison.cells, excused=comparison.excused.total())


@pytest.mark.parametrize("seed", range(60))
def test_every_cell_of_a_file_of_any_kind_is_right(seed):
    file = random_file(seed)
    data, rows = generate(file, seed)

    comparison = compare(file, rows, run(data, limit=1 << 22))

    assert comparison.wrong == [], file


def test_few_cells_have_an_issue_instead(counts):
    assert counts["excused"] <= MAX_EXCUSED_SHARE * counts["cells"]


def test_the_files_are_as_mixed_as_they_claim():
    assert len(FILES) >= 60
    assert len({file.language for file in FILES}) >= 12
    assert len({file.encoding for file in FILES}) >= 10
    assert len({file.name for file in FILES}) == len(FILES)
    assert all(30 <= file.rows <= 300 for file in FILES)

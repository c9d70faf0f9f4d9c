"""Processes a few hundred damaged files; `python -m tests.fuzz` processes any number."""

from tests.fuzz.fuzzing import damaged, findings
from tests.fuzz.seeds import seeds
from tests.properties.processing import run


def test_every_damaged_file_is_handled():
    assert [finding for finding in findings(seed=2026, numbers=range(300)) if finding] == []


def test_the_undamaged_seeds_are_accepted():
    assert [run(body).rejection for body in seeds()] == [""] * len(seeds())


def test_many_damaged_files_are_still_accepted():
    accepted = [run(damaged(2026, number)).rejection == "" for number in range(100)]

    assert 30 < sum(accepted) < 95

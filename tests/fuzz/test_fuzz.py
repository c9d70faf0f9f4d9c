"""A few hundred damaged files on every run; `python -m tests.fuzz` tries as many as one likes."""

from tests.fuzz.fuzzing import damaged, findings
from tests.fuzz.seeds import seeds
from tests.properties.processing import run


def test_no_damaged_file_is_without_a_good_answer():
    assert [finding for finding in findings(seed=2026, numbers=range(300)) if finding] == []


def test_the_files_are_read_before_they_are_damaged():
    assert [run(body).refusal for body in seeds()] == [""] * len(seeds())


def test_damage_leaves_a_good_part_of_the_files_readable():
    answers = [run(damaged(2026, number)).refusal == "" for number in range(100)]

    assert 30 < sum(answers) < 95

"""Random inputs are the same in each run, except in the fuzz profile."""

from hypothesis import settings


def test_only_the_fuzz_profile_draws_new_random_inputs(pytestconfig):
    fuzzing = pytestconfig.getoption("--hypothesis-profile") == "fuzz"

    assert settings.default.derandomize is not fuzzing
    assert settings.default.deadline is None

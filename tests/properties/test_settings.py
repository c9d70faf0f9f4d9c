"""No test fails by chance: random inputs are the same each time, unless new ones are asked for."""

from hypothesis import settings


def test_random_inputs_are_drawn_anew_only_by_the_fuzz_profile(pytestconfig):
    fuzzing = pytestconfig.getoption("--hypothesis-profile") == "fuzz"

    assert settings.default.derandomize is not fuzzing
    assert settings.default.deadline is None

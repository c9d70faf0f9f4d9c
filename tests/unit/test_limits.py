"""The limits of a file suit the sizes of the function."""

import pytest

from tastetrend_etl.limits import TIERS


@pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS)
def test_the_outputs_of_the_largest_file_of_the_most_rows_fit_on_the_disk(tier):
    assert 7.7 * tier.max_bytes + 2 * 41 * tier.max_rows <= tier.disk_mb << 20


@pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS)
def test_the_slowest_file_is_finished_at_half_the_speed_of_the_measured_core(tier):
    assert 2 * 0.145e-6 * tier.max_bytes <= (tier.timeout_seconds - 2) * min(1, tier.memory_mb / 1_769)


@pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS)
def test_finding_the_duplicates_takes_less_than_a_third_of_the_memory(tier):
    assert 60 * tier.max_rows <= tier.memory_mb * 1_000_000 / 3


def test_a_file_of_ninety_thousand_reviews_is_not_too_large():
    assert TIERS["small"].max_bytes >= 90_000 * 550


def test_the_large_tier_takes_more_than_twenty_times_as_much():
    assert 20 * TIERS["small"].max_bytes <= TIERS["large"].max_bytes

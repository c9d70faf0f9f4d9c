"""The size limit of a file suits the function."""

from tastetrend_etl.limits import MAX_FILE_BYTES


def test_the_outputs_of_the_largest_file_fit_on_the_disk():
    assert 7 * MAX_FILE_BYTES <= 512 << 20


def test_a_file_of_ninety_thousand_reviews_is_not_too_large():
    assert MAX_FILE_BYTES >= 90_000 * 550

"""The largest file fits the function."""

from tastetrend_etl.limits import MAX_FILE_BYTES


def test_the_largest_file_leaves_room_on_the_disk_for_what_is_made_of_it():
    assert 7 * MAX_FILE_BYTES <= 512 << 20


def test_a_file_of_ninety_thousand_reviews_is_not_too_large():
    assert MAX_FILE_BYTES >= 90_000 * 550

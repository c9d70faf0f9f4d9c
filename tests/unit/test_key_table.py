"""The table of keys keeps its values while it grows."""

import numpy as np

from tastetrend_etl.transform.key_table import KeyTable

KEYS = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 100_000)
KEYS[:2] = 0, 1  # of which the first marks a free slot


def test_a_key_keeps_its_first_value_while_the_table_grows():
    table, values = KeyTable(), np.arange(len(KEYS), dtype=np.int32)

    new = [table.add(part, rows) for part, rows in zip(np.split(KEYS, 10), np.split(values, 10), strict=True)]

    assert np.flatnonzero(np.concatenate(new)).tolist() == [1]  # zero and one are the same key
    assert table.add(KEYS, values[::-1]).all()
    assert table.get(KEYS)[2:].tolist() == values[2:].tolist()


def test_occurrences_are_counted_within_and_across_batches():
    table = KeyTable()

    assert table.count(np.array([7, 9, 7])).tolist() == [0, 0, 1]
    assert table.add(KEYS[2:]).sum() == 0
    assert table.count(np.array([9, 7, 7, 8])).tolist() == [1, 2, 3, 0]

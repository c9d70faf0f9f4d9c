"""The table of keys keeps its values while it grows, and takes little memory."""

import subprocess
import sys

import numpy as np
import pytest

from tastetrend_etl.transform.key_table import KeyTable

KEYS = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 100_000)
KEYS[:2] = 0, 1  # of which the first marks a free slot


@pytest.mark.parametrize("expected", [0, 30_000, len(KEYS)])
def test_a_key_keeps_its_first_value_while_the_table_grows(expected):
    table, values = KeyTable(expected), np.arange(len(KEYS), dtype=np.int32)

    new = [table.add(part, rows) for part, rows in zip(np.split(KEYS, 10), np.split(values, 10), strict=True)]

    assert np.flatnonzero(np.concatenate(new)).tolist() == [1]  # zero and one are the same key
    assert table.add(KEYS, values[::-1]).all()
    assert table.get(KEYS)[2:].tolist() == values[2:].tolist()


def test_occurrences_are_counted_within_and_across_batches():
    table = KeyTable()

    assert table.count(np.array([7, 9, 7])).tolist() == [0, 0, 1]
    assert table.add(KEYS[2:]).sum() == 0
    assert table.count(np.array([9, 7, 7, 8])).tolist() == [1, 2, 3, 0]


def test_a_key_is_added_once_however_many_are_in_its_bucket():
    crowded = np.arange(2**62, 2**62 + 5_000)  # their upper bits, by which a bucket is chosen, are equal
    table = KeyTable()

    assert not table.add(crowded, np.arange(5_000, dtype=np.int32)).any()
    assert table.add(crowded[::-1]).all()
    assert table.get(crowded).tolist() == list(range(5_000))


MEMORY = """
import re
import numpy as np
from tastetrend_etl.transform.key_table import KeyTable

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10

keys = np.random.default_rng(2).integers(-(2**63), 2**63 - 1, 1_200_000)
rows = np.arange(len(keys), dtype=np.int32)
before, table = peak(), KeyTable({expected})
for start in range(0, len(keys), 10_000):
    table.add(keys[start : start + 10_000], rows[start : start + 10_000])
print((peak() - before) / len(keys))
"""


def bytes_per_key(expected):
    command = [sys.executable, "-c", MEMORY.replace("{expected}", str(expected))]
    child = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 # fixed program
    return float(child.stdout)


def test_the_old_and_the_larger_table_are_never_in_memory_together():
    assert bytes_per_key(expected=0) < 28  # just after the table has grown


def test_a_table_of_the_expected_size_takes_less_memory():
    assert bytes_per_key(expected=1_200_000) < 20

"""Turns masks of what is wrong into the list of codes that each row carries."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa


def issue_lists(issues: Mapping[str, np.ndarray], rows: int) -> pa.ListArray:
    """Return list<string>, one list a row, empty where nothing is wrong.

    Args:
        issues: code → mask of rows.
        rows: how many rows there are.
    """
    codes = [code for code, mask in issues.items() if mask.any()]
    grid = np.column_stack([issues[code] for code in codes]) if codes else np.zeros((rows, 0), bool)
    offsets = np.concatenate([[0], np.cumsum(grid.sum(axis=1))]).astype(np.int32)
    names = pa.array(codes, pa.string()).take(pa.array(np.nonzero(grid)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), names)

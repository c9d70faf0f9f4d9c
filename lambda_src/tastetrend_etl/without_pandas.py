"""Keeps Arrow from importing pandas, which takes a quarter of a cold start and is never used here."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:  # noqa: ARG002 # the protocol's
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed", name=name)


def settle_without_pandas() -> None:
    """Let Arrow look for pandas in vain, once.

    It looks when the first Python object is made an array, to know whether that object is one of pandas',
    and remembers the answer. Who asks Arrow for a data frame later still gets one, but Arrow does not know
    the missing values of pandas then.
    """
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(finder)

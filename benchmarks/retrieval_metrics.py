"""The measure of retrieval that only the benchmark has; the quality gate has the others."""

from collections.abc import Mapping, Sequence

from tastetrend_gate.retrieval_metrics import K


def precision(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the share of K results that have a label."""
    return sum(sentence in grades for sentence in ranking[:K]) / K

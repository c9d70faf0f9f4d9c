"""The measures of retrieval, as samples/retrieval/README.md defines them."""

from collections.abc import Iterable, Mapping, Sequence
from math import log2

K = 6
ANSWERS = 2  # the grade of a sentence that answers the question


def recall(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the share of the answers, of at most K, that are among the first K sentences."""
    answers = {sentence for sentence, grade in grades.items() if grade == ANSWERS}
    return len(answers.intersection(ranking[:K])) / min(K, len(answers))


def ndcg(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the discounted gain of the first K sentences, divided by that of the best order."""
    best = sorted(grades.values(), reverse=True)
    return _discounted(grades.get(sentence, 0) for sentence in ranking[:K]) / _discounted(best[:K])


def _discounted(gains: Iterable[int]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))

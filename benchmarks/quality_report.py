"""Renders the measures of retrieval as a Markdown page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from statistics import mean, median

from tastetrend_gate.retrieval_metrics import K

MIN_RECALL, MIN_RATIO = 0.70, 1.5
MAX_REFUSED = 0.05
"""So many of the questions with an answer may be refused for their top score."""

POLARITIES = ("positive", "negative", "any")
_PAGE = """\
# How well reviews are found

Written by `make quality`, over {sentences:,} unique sentences of the samples and the questions of
[README.md](README.md), which defines the measures at {k} results. MiniLM int8 is the model of the
emulator, Titan V2 that of AWS. BM25 is a word search with English stems and without English stop words.

{measures}

{goals}

## Questions without an answer

A search by meaning always finds something; only the score of its first result could tell that nothing
answers a question.

{top_scores}

`tastetrend ask --answer` refuses a question without a sentence of the least score. The highest one that
refuses at most 5 % of the questions with an answer:

{least_score}

## Each question

{questions}
"""


@dataclass(frozen=True)
class Outcome:
    """The measures of one question in one search; without a relevant sentence there is only the top score."""

    question: str
    polarity: str
    top_score: float
    recall: float | None = None
    ndcg: float | None = None
    precision: float | None = None


Outcomes = Mapping[str, Sequence[Outcome]]


def render(outcomes: Outcomes, sentences: int) -> str:
    """Return the page; the first search is compared with the second."""
    answered = {name: [each for each in all_ if each.recall is not None] for name, all_ in outcomes.items()}
    return _PAGE.format(
        sentences=sentences,
        k=K,
        measures="\n".join(_measures(answered)),
        goals="\n".join(_goals(answered)),
        top_scores="\n".join(_top_scores(outcomes)),
        least_score="\n".join(_least_score(next(iter(outcomes.values())))),
        questions="\n".join(_questions(answered)),
    )


def _measures(answered: Outcomes) -> Iterator[str]:
    yield from _header("measure", "questions", *answered)
    yield _row(f"recall@{K}", _count(answered), *(_mean("recall", each) for each in answered.values()))
    yield _row(f"nDCG@{K}", _count(answered), *(_mean("ndcg", each) for each in answered.values()))
    for polarity in POLARITIES:
        of = {name: [each for each in all_ if each.polarity == polarity] for name, all_ in answered.items()}
        yield _row(
            f"precision@{K}, {polarity}", _count(of), *(_mean("precision", each) for each in of.values())
        )


def _count(answered: Outcomes) -> str:
    return str(len(next(iter(answered.values()))))


def _mean(measure: str, outcomes: Sequence[Outcome]) -> str:
    return f"{mean(getattr(each, measure) for each in outcomes):.2f}"


def _goals(answered: Outcomes) -> Iterator[str]:
    """Compare the first search's recall with the goals."""
    first, second = (mean(each.recall or 0 for each in all_) for all_ in answered.values())
    yield from _header("goal", "measured", "required", "met")
    yield _row(f"recall@{K}", f"{first:.2f}", f"≥ {MIN_RECALL:.2f}", _met(first >= MIN_RECALL))
    ratio = first / second
    yield _row(f"recall@{K} ÷ that of BM25", f"{ratio:.2f}", f"≥ {MIN_RATIO:.2f}", _met(ratio >= MIN_RATIO))


def _met(met: bool) -> str:  # noqa: FBT001 # a comparison
    return "yes" if met else "no"


def _top_scores(outcomes: Outcomes) -> Iterator[str]:
    yield from _header("search", "questions", "lowest", "median", "highest top score")
    for name, all_ in outcomes.items():
        for kind, has_answer in (("with an answer", True), ("without", False)):
            scores = [each.top_score for each in all_ if (each.recall is not None) == has_answer]
            figures = (min(scores), median(scores), max(scores))
            yield _row(name, f"{len(scores)} {kind}", *(f"{figure:.2f}" for figure in figures))


def least_score(outcomes: Sequence[Outcome]) -> float:
    """Return the least score to answer from, in hundredths."""
    scores = sorted(each.top_score for each in outcomes if each.recall is not None)
    return floor(scores[int(len(scores) * MAX_REFUSED)] * 100) / 100


def _least_score(outcomes: Sequence[Outcome]) -> Iterator[str]:
    least = least_score(outcomes)
    refused = [each for each in outcomes if each.top_score < least]
    answerable = sum(each.recall is not None for each in refused)
    yield from _header("least score", "refused with an answer", "refused without")
    yield _row(f"{least:.2f}", str(answerable), str(len(refused) - answerable))


def _questions(answered: Outcomes) -> Iterator[str]:
    yield from _header("question", "polarity", *(f"recall@{K}, {name}" for name in answered))
    for same in zip(*answered.values(), strict=True):
        yield _row(same[0].question, same[0].polarity, *(f"{each.recall:.2f}" for each in same))


def _header(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield _row(*["---"] * len(cells))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"

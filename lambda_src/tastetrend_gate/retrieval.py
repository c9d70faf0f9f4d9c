"""Measures how well golden questions find their answers, with the rules and the model of this deployment."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tastetrend_embed.chunks import Recipe, chunks_of
from tastetrend_embed.metadata import COLUMNS
from tastetrend_etl.pseudonym import PseudonymKey
from tastetrend_gate.models import Embed, RetrievalFigures
from tastetrend_gate.retrieval_metrics import K, ndcg, recall

GOLDEN = Path(__file__).parent / "golden" / "retrieval.json"

_BATCH = 50  # texts, between two looks at the time
_DECIMALS = 4
_KEY = PseudonymKey(b"golden", "golden")  # of metadata, which is not measured


@dataclass(frozen=True)
class GoldenSet:
    """What is embedded, and what should be found.

    Attributes:
        sentences: of the golden reviews, as they would be in the index → what the model gets of them.
        questions: question → sentence → grade.
        recipe, golden, inputs: as in `RetrievalFigures`.
    """

    sentences: Mapping[str, str]
    questions: Mapping[str, Mapping[str, int]]
    recipe: str
    golden: str
    inputs: str


def load_golden_set(model: str) -> GoldenSet:
    """Split and mask the golden reviews as this code does it with any dataset."""
    content = GOLDEN.read_bytes()
    golden, recipe = json.loads(content), Recipe(model, _KEY)
    rows = (_row(number, review) for number, review in enumerate(golden["reviews"]))
    sentences = {chunk.text: chunk.embedded_text for row in rows for chunk in chunks_of(row, recipe)}
    questions = {each["question"]: each["grades"] for each in golden["questions"]}
    inputs = _digest(json.dumps([model, sentences, questions]).encode())
    return GoldenSet(sentences, questions, recipe.of_text, _digest(content), inputs)


def measure(golden: GoldenSet, embed: Embed, check_time: Callable[[], None]) -> RetrievalFigures:
    """Embed sentences and questions, and rank the sentences in memory by the cosine, as the index does.

    Raises:
        ClientError, BotoCoreError: the model cannot be used.
    """
    vectors = dict(_embed_in_batches([*golden.sentences.values(), *golden.questions], embed, check_time))
    found = [sentence for sentence, text in golden.sentences.items() if vectors[text]]
    matrix = np.array([vectors[golden.sentences[sentence]] for sentence in found], np.float32)
    rankings = {
        question: _rank(found, matrix, vector) if (vector := vectors[question]) else []
        for question in golden.questions
    }
    pairs = [
        ([_label(sentence, grades) for sentence in rankings[question]], grades)
        for question, grades in golden.questions.items()
    ]
    return RetrievalFigures(
        recipe=golden.recipe,
        golden=golden.golden,
        inputs=golden.inputs,
        sentences=len(golden.sentences),
        questions=len(golden.questions),
        recall=_mean([recall(*pair) for pair in pairs]),
        ndcg=_mean([ndcg(*pair) for pair in pairs]),
    )


def _row(number: int, review: Mapping[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"review_id": str(number)} | dict(review)


def _embed_in_batches(
    texts: Sequence[str], embed: Embed, check_time: Callable[[], None]
) -> Iterator[tuple[str, Sequence[float] | None]]:
    for start in range(0, len(texts), _BATCH):
        check_time()
        yield from embed(texts[start : start + _BATCH]).items()


def _rank(sentences: Sequence[str], matrix: "np.ndarray[Any, Any]", vector: Sequence[float]) -> list[str]:
    order = np.argsort(-(matrix @ np.array(vector, np.float32)), kind="stable")
    return [sentences[place] for place in order[:K]]


def _label(result: str, grades: Mapping[str, int]) -> str:
    """Return the labelled sentence that a result counts as: of those in it, one with the highest grade."""
    if result in grades:
        return result
    return max((each for each in grades if each in result), key=lambda each: grades[each], default=result)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), _DECIMALS)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]

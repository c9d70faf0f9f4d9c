"""The searches that `make quality` compares: by meaning, and by words."""

import json
from collections.abc import Sequence
from typing import Protocol

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from local.ministack_embeddings import invoke_model
from ops.bedrock import EMBEDDING_MODEL

Hit = tuple[str, float]
Numbers = npt.NDArray[np.float32]


class Search(Protocol):
    """Ranks sentences by a question."""

    def rank(self, question: str) -> list[Hit]:
        """Return the sentences with their scores, the best first."""


class Meaning:
    """The cosine similarity of embeddings, as S3 Vectors computes it, by the emulator's model."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._vectors = np.stack([_embed(sentence) for sentence in sentences])

    def rank(self, question: str) -> list[Hit]:
        """Return all sentences."""
        return _sorted(self._sentences, self._vectors @ _embed(question))


class Words:
    """BM25 over English stems, without English stop words."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25()
        self._index.index(self._stems(sentences), show_progress=False)

    def rank(self, question: str) -> list[Hit]:
        """Return the sentences that have a stem of the question."""
        (stems,) = self._stems([question])
        if not stems:
            return []
        hits = _sorted(self._sentences, self._index.get_scores(stems))
        return [(sentence, score) for sentence, score in hits if score > 0]

    def _stems(self, texts: Sequence[str]) -> list[list[str]]:
        return bm25s.tokenize(
            list(texts), stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False
        )


def _embed(text: str) -> Numbers:
    """Return the embedding with which the emulator answers, of length 1."""
    _, _, body = invoke_model(EMBEDDING_MODEL, {}, json.dumps({"inputText": text}).encode())
    return np.array(json.loads(body)["embedding"], dtype=np.float32)


def _sorted(sentences: Sequence[str], scores: Numbers) -> list[Hit]:
    order = np.argsort(-scores, kind="stable")
    return [(sentences[place], float(scores[place])) for place in order]

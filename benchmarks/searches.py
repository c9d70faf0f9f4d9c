"""The searches that `make quality` compares: by meaning, and by words."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from local.ministack_embeddings import invoke_model
from ops.bedrock import EMBEDDING_MODEL
from tastetrend_embed.embedding import WORKERS, Embedder, connect

Hit = tuple[str, float]
Numbers = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Mapping[str, list[float] | None]]
"""Returns the embedding of each text, of length 1; None of one that the model rejects."""


class Search(Protocol):
    """Ranks sentences by a question."""

    def rank(self, question: str) -> list[Hit]:
        """Return the sentences with their scores, the best first."""


class Meaning:
    """The cosine similarity of embeddings, as S3 Vectors computes it."""

    def __init__(self, sentences: Sequence[str], embed: Embed) -> None:
        self._embed = embed
        embedded = [(sentence, numbers) for sentence, numbers in embed(sentences).items() if numbers]
        self._sentences = [sentence for sentence, _ in embedded]
        self._vectors = np.array([numbers for _, numbers in embedded], dtype=np.float32)

    def rank(self, question: str) -> list[Hit]:
        """Return all sentences."""
        vector = np.array(self._embed([question])[question], dtype=np.float32)
        return _sorted(self._sentences, self._vectors @ vector)


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


def embed_locally(texts: Sequence[str]) -> Mapping[str, list[float]]:
    """Embed texts by the emulator's model."""
    return {text: _embed_one(text) for text in texts}


def _embed_one(text: str) -> list[float]:
    _, _, body = invoke_model(EMBEDDING_MODEL, {}, json.dumps({"inputText": text}).encode())
    embedding: list[float] = json.loads(body)["embedding"]
    return embedding


def embed_by_titan(texts: Sequence[str]) -> Mapping[str, list[float] | None]:
    """Embed texts by the model of AWS, as the function does."""
    with ThreadPoolExecutor(WORKERS) as executor:
        return Embedder(connect(), EMBEDDING_MODEL, executor).embed(texts)


def _sorted(sentences: Sequence[str], scores: Numbers) -> list[Hit]:
    order = np.argsort(-scores, kind="stable")
    return [(sentences[place], float(scores[place])) for place in order]

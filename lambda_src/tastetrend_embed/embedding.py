"""Embeds texts with a model in Bedrock, each text once."""

import json
from array import array
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tastetrend_embed.budget import Budget

DIMENSIONS = 1_024
WORKERS = 8
"""So many requests are sent at a time; a request has one text."""

_CACHED = 8_192  # texts, with 4 KB each
_MARKS = 8  # tokens that a model may add at the beginning and at the end
_HARMLESS = "a"  # a text that no model rejects
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 6},
    connect_timeout=2,
    read_timeout=6,
    max_pool_connections=WORKERS,
)


class Embedder:
    """Embeds texts, within a budget if there is one, and keeps the results of the last ones."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 # has no types
        model: str,
        executor: Executor,
        budget: Budget | None = None,
    ) -> None:
        self._tokens: list[int] = []
        self._client = client
        self._model = model
        self._executor = executor
        self._budget = budget
        self._was_sent_again = False
        self._embed_cached = lru_cache(_CACHED)(self._embed_or_reject)

    def embed(self, texts: Sequence[str]) -> dict[str, list[float] | None]:
        """Return the numbers of each text, None of one that the model rejects.

        Raises:
            ClientError: the model cannot be used now, or not at all.
            OverBudgetError: the texts may need more tokens than are left today.
        """
        unique = list(dict.fromkeys(texts))
        embedded = self._embed_within_budget(unique, self._budget) if self._budget else self._send(unique)
        return {
            text: None if values is None else values.tolist()
            for text, values in zip(unique, embedded, strict=True)
        }

    def _embed_within_budget(self, texts: Sequence[str], budget: Budget) -> "list[array[float] | None]":
        """Reserve tokens, and give back those that were not used.

        After an error, and when the SDK sent a request again, it is not known what has to be paid for; then
        all of them stay reserved.
        """
        reserved = sum(map(max_tokens, texts))
        budget.reserve(reserved)
        answered, self._was_sent_again = len(self._tokens), False
        embedded = self._send(texts)
        if not self._was_sent_again:
            budget.give_back(reserved - sum(self._tokens[answered:]))
        return embedded

    def _send(self, texts: Sequence[str]) -> "list[array[float] | None]":
        return list(self._executor.map(self._embed_cached, texts))

    def take_tokens(self) -> list[int]:
        """Return the tokens of each request that was answered since the last call."""
        taken, self._tokens = self._tokens, []
        return taken

    def _embed_or_reject(self, text: str) -> "array[float] | None":
        try:
            return self._embed_one(text)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
        self._embed_one(_HARMLESS)  # raises if it is not the text that is invalid
        return None

    def _embed_one(self, text: str) -> "array[float]":
        body = json.dumps({"inputText": text, "dimensions": DIMENSIONS, "normalize": True})
        response = self._client.invoke_model(modelId=self._model, body=body)
        answer = json.load(response["body"])
        if response["ResponseMetadata"]["RetryAttempts"]:
            self._was_sent_again = True
        self._tokens.append(answer["inputTextTokenCount"])
        return array("f", answer["embedding"])


def max_tokens(text: str) -> int:
    """Return at least as many tokens as a text can have: a token has a byte or more, but for a few marks."""
    return len(text.encode()) + _MARKS


def connect() -> Any:  # noqa: ANN401 # has no types
    """Return a client of Bedrock's models."""
    return boto3.client("bedrock-runtime", config=_CONFIG)

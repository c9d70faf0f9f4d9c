"""Calls models of Bedrock: one embeds a question, another answers it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.exceptions import ClientError

from ops.errors import AwsError, UsageError
from tastetrend_embed.embedding import DIMENSIONS

EMBEDDING_MODEL = "amazon.titan-embed-text-v2:0"
_MAX_TOKENS = 500


def embed(text: str) -> list[float]:
    """Return the embedding of a text, of length 1, by the model of the index.

    Raises:
        AwsError, UsageError: as for `converse`.
    """
    body = {"inputText": text, "dimensions": DIMENSIONS, "normalize": True}
    with _explained(EMBEDDING_MODEL):
        response = boto3.client("bedrock-runtime").invoke_model(
            modelId=EMBEDDING_MODEL, body=json.dumps(body)
        )
    embedding: list[float] = json.loads(response["body"].read())["embedding"]
    return embedding


def converse(model: str, instructions: str, text: str) -> str:
    """Return what a model answers to a text.

    Raises:
        AwsError: the model cannot be used in this account and region.
        UsageError: Bedrock does not accept the model or the text.
    """
    with _explained(model):
        response = boto3.client("bedrock-runtime").converse(
            modelId=model,
            system=[{"text": instructions}],
            messages=[{"role": "user", "content": [{"text": text}]}],
            inferenceConfig={"maxTokens": _MAX_TOKENS, "temperature": 0},
        )
    return " ".join(block.get("text", "") for block in response["output"]["message"]["content"])


@contextmanager
def _explained(model: str) -> Iterator[None]:
    """Name the model and the remedy in errors that mean that the model cannot be used."""
    try:
        yield
    except ClientError as error:
        message = error.response["Error"]["Message"].rstrip(".")
        if error.response["Error"]["Code"] == "ValidationException":
            raise UsageError(f"Bedrock does not accept the request to {model}: {message}") from error
        if not _is_unavailable(error):
            raise
        raise AwsError(
            f"the model {model} cannot be used in this account and region ({message}); enable it in the "
            "Bedrock console"
        ) from error


def _is_unavailable(error: ClientError) -> bool:
    """Return whether the account has no access to the model, which a missing permission does not mean."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "ResourceNotFoundException" or (
        code == "AccessDeniedException" and "not authorized to perform" not in message
    )

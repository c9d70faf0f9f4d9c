"""Runs an invocation in a child process, which a test can kill, while moto's S3 stays in this process."""

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

_PROCESSES = multiprocessing.get_context("fork")  # the child has all modules imported


def run_in_child_process(faulty_s3, work: Callable[[], Any]) -> Any:
    """Return what `work` returned or raised, or None if the child process died."""
    here, there = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_run, args=(faulty_s3, work, there))
    process.start()
    there.close()
    try:
        return _serve(here, faulty_s3.answer)
    finally:
        here.close()
        process.join()


def _run(faulty_s3, work, pipe):
    turn = threading.Lock()
    faulty_s3.answer = lambda request: _ask(pipe, turn, request)
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 # the error is the result
        result = error
    pipe.send(("result", result))


def _ask(pipe, turn, request):
    body = request.body.read() if hasattr(request.body, "read") else request.body
    with turn:
        pipe.send(("request", (request.method, request.url, dict(request.headers), body)))
        status, headers, content = pipe.recv()
    return AWSResponse(request.url, status, headers, MockRawResponse(content))


def _serve(pipe, answer):
    """Answer requests until the result arrives or the process dies, possibly while it sends a request."""
    with suppress(EOFError, OSError):
        while True:
            kind, content = pipe.recv()
            if kind == "result":
                return content
            response = answer(AWSPreparedRequest(*content, stream_output=False))
            pipe.send((response.status_code, dict(response.headers), response.raw.read()))
    return None

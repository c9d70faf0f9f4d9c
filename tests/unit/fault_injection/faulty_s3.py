"""Stands before moto's S3: sees every request of an invocation, and spoils those it is told to."""

import os
import re
import threading
from collections.abc import Callable
from itertools import chain, repeat

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as StalledError

Answer = Callable[..., AWSResponse]
Fault = Callable[..., AWSResponse]
"""Takes a request and what answers it truly; answers in its own way, or raises."""

_THINGS = {
    r"raw-1\.s3": "the raw object",
    r"/processed/rejected/.*\.error\.json": "the error report",
    r"/processed/rejected/": "the rejected rows",
    r"/processed/logs/": "a report",
    r"/processed/": "the dataset",
}
_VERBS = {
    "HeadObject": "look at",
    "GetObject": "download of",
    "PutObject": "write of",
    "CreateMultipartUpload": "start of the parts of",
    "UploadPart": "part of",
    "CompleteMultipartUpload": "completion of",
    "AbortMultipartUpload": "abort of",
}


def call_site(event_name, request):
    """Say in words what a request is for."""
    thing = next(thing for pattern, thing in _THINGS.items() if re.search(pattern, request.url))
    return f"{_VERBS[event_name.rsplit('.', 1)[-1]]} {thing}"


class StandIn:
    """Every S3 client of a session has this for its network.

    Attributes:
        sites: what the requests since the last `strike` were for, in order.
        answer: what answers a request when nothing is spoilt.
    """

    def __init__(self, session):
        self.answer: Answer = _answer
        self._turn = threading.Lock()  # parts are sent by several threads
        self.strike()
        session.events.unregister("before-send", botocore_stubber)
        session.events.register("before-send.s3", self)

    def strike(self, at: int | None = None, fault: Fault | None = None, *, forever: bool = False):
        """Spoil the request of that number, from 0, and all that follow if it is forever."""
        self.sites: list[str] = []
        harmless = repeat(None) if at is None else repeat(None, at)
        self._faults = chain(harmless, repeat(fault) if forever else [fault], repeat(None))

    def __call__(self, event_name, request, **_):
        with self._turn:
            self.sites.append(call_site(event_name, request))
            fault = next(self._faults)
        return fault(request, self.answer) if fault else self.answer(request)


def _answer(request):
    """Let moto answer; it does not look at the conditions of a completed upload as S3 does, so this does."""
    completes = request.method == "POST" and "uploadId=" in request.url
    refused = _failed_condition(request) if completes else None
    return refused(request, None) if refused else botocore_stubber("before-send", request)


def _failed_condition(request):
    """Return S3's refusal when another object is there than the request expects, else None."""
    headers = HTTPHeaders.from_dict({"Authorization": request.headers["Authorization"]})
    head = AWSPreparedRequest("HEAD", request.url.partition("?")[0], headers, None, stream_output=False)
    current = botocore_stubber("before-send", head)
    expected = request.headers.get("If-Match", b"").decode()
    if current.status_code == 404:
        return refusal(404, "NoSuchKey") if expected else None
    changed = expected and expected.strip('"') != current.headers["etag"].strip('"')
    unexpected = "If-None-Match" in request.headers
    return refusal(412, "PreconditionFailed") if changed or unexpected else None


def refusal(status: int, code: str) -> Fault:
    """Return the fault of a service that says no."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

    def refuse(request, _):
        said = MockRawResponse(b"" if request.method == "HEAD" else body)
        return AWSResponse(request.url, status, HTTPHeaders(), said)

    return refuse


def lost_request(request, _):
    raise ConnectionClosedError(endpoint_url=request.url)


def lost_answer(request, answer):
    answer(request)
    raise ConnectionClosedError(endpoint_url=request.url)


def stall(request, _):
    raise ReadTimeoutError(endpoint_url=request.url)


def death_before(_request, _answer):
    os._exit(1)


def death_after(request, answer):
    answer(request)
    os._exit(1)


class _BrokenBody(MockRawResponse):
    """Gives some bytes, then raises."""

    def __init__(self, content, error):
        super().__init__(content)
        self._error = error

    def read(self, size=-1):
        content = super().read(size)
        if not content:
            raise self._error
        return content


def spoilt_body(spoil: Callable[[bytes], MockRawResponse]) -> Fault:
    """Return the fault of a body that does not arrive as it was sent."""

    def spoil_body(request, answer):
        response = answer(request)
        response.raw = spoil(response.raw.read())
        return response

    return spoil_body


cut_body = spoilt_body(lambda content: MockRawResponse(content[:-7]))
flipped_body = spoilt_body(
    lambda content: MockRawResponse(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
)
broken_body = spoilt_body(lambda content: _BrokenBody(content[:20], ProtocolError("reset by peer")))
stalled_body = spoilt_body(lambda content: _BrokenBody(content[:20], StalledError(None, None, "stalled")))


def only(part: str, fault: Fault) -> Fault:
    """Limit a fault to requests whose URL holds a text."""
    return _limited(fault, lambda request: part in request.url)


def only_commits(part: str, fault: Fault) -> Fault:
    """Limit a fault to the requests that make an object visible whose URL holds a text."""
    steps = re.compile(r"[?&](uploads|partNumber)")
    return _limited(
        fault,
        lambda request: (
            part in request.url and request.method in ("PUT", "POST") and not steps.search(request.url)
        ),
    )


def _limited(fault: Fault, concerned: Callable[..., bool]) -> Fault:
    def limited(request, answer):
        return fault(request, answer) if concerned(request) else answer(request)

    return limited

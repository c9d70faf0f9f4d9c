"""A wrapper of moto's S3 that records every request of an invocation and injects faults."""

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

Respond = Callable[..., AWSResponse]
Fault = Callable[..., AWSResponse]
"""Takes a request and moto's response function; returns another response, or raises."""

_OBJECTS = {
    r"/history/month": "the history",
    r"/curated/": "the curated part",
    r"raw-1\.s3": "the raw object",
    r"/rejected/.*\.error\.json": "the error report",
    r"/rejected/": "the rejected rows",
    r"/processed/logs/": "a report",
    r"/processed/": "the dataset",
    r"/reference/": "the restaurant facts",
}
_OPERATIONS = {
    "HeadObject": "HEAD of",
    "GetObject": "download of",
    "PutObject": "write of",
    "CreateMultipartUpload": "start of the parts of",
    "UploadPart": "part of",
    "CompleteMultipartUpload": "completion of",
    "AbortMultipartUpload": "abort of",
    "DeleteObject": "deletion of",
}


def call_site(event_name, request):
    """Return a description of a request, like `HEAD of the dataset`."""
    target = next(target for pattern, target in _OBJECTS.items() if re.search(pattern, request.url))
    return f"{_OPERATIONS[event_name.rsplit('.', 1)[-1]]} {target}"


class FaultyS3:
    """Receives the requests of every S3 client of a session.

    Attributes:
        call_sites: descriptions of the requests since the last `inject`, in order.
        answer: returns the response to a request without a fault.
    """

    def __init__(self, session):
        self.answer: Respond = _answer
        self._turn = threading.Lock()  # several threads send parts
        self.inject()
        session.events.unregister("before-send", botocore_stubber)
        session.events.register("before-send.s3", self)

    def inject(self, at: int | None = None, fault: Fault | None = None, *, forever: bool = False):
        """Inject a fault into request number `at`, from 0, and with `forever` into all that follow."""
        self.call_sites: list[str] = []
        without_fault = repeat(None) if at is None else repeat(None, at)
        self._faults = chain(without_fault, repeat(fault) if forever else [fault], repeat(None))

    def __call__(self, event_name, request, **_):
        with self._turn:
            self.call_sites.append(call_site(event_name, request))
            fault = next(self._faults)
        return fault(request, self.answer) if fault else self.answer(request)


def _answer(request):
    """Return moto's response; check the conditions of a completed multipart upload, which moto ignores."""
    completes_upload = request.method == "POST" and "uploadId=" in request.url
    error = _failed_condition(request) if completes_upload else None
    return error(request, None) if error else botocore_stubber("before-send", request)


def _failed_condition(request):
    """Return the fault of S3's error if the current object is not the expected one, else None."""
    headers = HTTPHeaders.from_dict({"Authorization": request.headers["Authorization"]})
    head = AWSPreparedRequest("HEAD", request.url.partition("?")[0], headers, None, stream_output=False)
    current = botocore_stubber("before-send", head)
    expected = request.headers.get("If-Match", b"").decode()
    if current.status_code == 404:
        return error_response(404, "NoSuchKey") if expected else None
    changed = expected and expected.strip('"') != current.headers["etag"].strip('"')
    unexpected = "If-None-Match" in request.headers
    return error_response(412, "PreconditionFailed") if changed or unexpected else None


def error_response(status: int, code: str) -> Fault:
    """Return the fault of an error response of S3."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

    def respond(request, _):
        raw = MockRawResponse(b"" if request.method == "HEAD" else body)
        return AWSResponse(request.url, status, HTTPHeaders(), raw)

    return respond


def lost_request(request, _):
    raise ConnectionClosedError(endpoint_url=request.url)


def lost_response(request, answer):
    answer(request)
    raise ConnectionClosedError(endpoint_url=request.url)


def stall(request, _):
    raise ReadTimeoutError(endpoint_url=request.url)


def kill_before(_request, _answer):
    os._exit(1)


def kill_after(request, answer):
    answer(request)
    os._exit(1)


class _BrokenBody(MockRawResponse):
    """Returns some bytes, then raises."""

    def __init__(self, content, error):
        super().__init__(content)
        self._error = error

    def read(self, size=-1):
        content = super().read(size)
        if not content:
            raise self._error
        return content


def damaged_body(damage: Callable[[bytes], MockRawResponse]) -> Fault:
    """Return the fault of a response whose body is damaged in transit."""

    def respond(request, answer):
        response = answer(request)
        response.raw = damage(response.raw.read())
        return response

    return respond


truncated_body = damaged_body(lambda content: MockRawResponse(content[:-7]))
bit_flipped_body = damaged_body(
    lambda content: MockRawResponse(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
)
interrupted_body = damaged_body(lambda content: _BrokenBody(content[:20], ProtocolError("reset by peer")))
stalled_body = damaged_body(lambda content: _BrokenBody(content[:20], StalledError(None, None, "stalled")))


def only(part: str, fault: Fault) -> Fault:
    """Limit a fault to requests whose URL contains a text."""
    return _limited(fault, lambda request: part in request.url)


def only_commits(part: str, fault: Fault) -> Fault:
    """Limit a fault to requests that make an object visible and whose URL contains a text."""
    upload_steps = re.compile(r"[?&](uploads|partNumber)")
    return _limited(
        fault,
        lambda request: (
            part in request.url and request.method in ("PUT", "POST") and not upload_steps.search(request.url)
        ),
    )


def _limited(fault: Fault, applies_to: Callable[..., bool]) -> Fault:
    def limited(request, answer):
        return fault(request, answer) if applies_to(request) else answer(request)

    return limited

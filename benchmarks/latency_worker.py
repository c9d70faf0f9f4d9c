"""Invokes the handler of one tree on one file with an in-memory S3 that answers after 20 ms.

`python -m benchmarks.latency_worker LAMBDA_SRC FILE`
"""

import hashlib
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

_SECONDS_PER_CALL = 0.02
_WARM_UP, _REPEATS = 3, 20
_SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "RAW_BUCKET": "raw",
    "PROCESSED_BUCKET": "processed",
    "ARTIFACTS_BUCKET": "artifacts",
    "PSEUDONYM_KEY": "none",
    "TIER": "small",
}
_NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code></Error>"


class _Body(io.BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.getvalue()]


@dataclass
class SlowS3:
    """In-memory S3 below the network layer of boto3; it ignores conditions of a write."""

    seconds_per_call: float = _SECONDS_PER_CALL
    objects: dict[str, tuple[HTTPHeaders, bytes]] = field(default_factory=dict)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        """Answer a request after the delay."""
        sleep(self.seconds_per_call)
        url = urlsplit(request.url)
        path = f"{url.netloc.partition('.')[0]}{url.path}"
        if request.method == "PUT":
            self.put(path, _content(request.body), request.headers)
        headers, content = self.objects.get(path, (HTTPHeaders(), _NO_SUCH_KEY))
        body = _Body(content if request.method == "GET" or path not in self.objects else b"")
        return AWSResponse(request.url, 200 if path in self.objects else 404, headers, body)

    def put(self, path: str, content: bytes, sent: dict[str, Any]) -> None:
        """Store an object; `path` is bucket and key."""
        metadata = {
            name: _text(value) for name, value in sent.items() if name.lower().startswith("x-amz-meta")
        }
        headers = metadata | {
            "ETag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"',
            "Content-Length": str(len(content)),
            "Last-Modified": f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}",
            "x-amz-version-id": "1",
        }
        self.objects[path] = (HTTPHeaders.from_dict(headers), content)


def _content(body: Any) -> bytes:  # noqa: ANN401 # bytes or any file
    content: bytes = body.read() if hasattr(body, "read") else body
    return content


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Context:
    """The Lambda context of the benchmark."""

    function_name = aws_request_id = invoked_function_arn = "benchmark"
    function_version, memory_limit_in_mb = "1", 1_024

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def main(lambda_src: str, file: str) -> None:
    """Print the median time of a warm invocation in milliseconds, on the last line."""
    invoke = load_handler(Path(lambda_src), Path(file))
    times = [_timed(invoke) for _ in range(_WARM_UP + _REPEATS)]
    print(median(times[_WARM_UP:]) * 1_000)  # noqa: T201 # read by the parent process


def load_handler(
    lambda_src: Path, file: Path, seconds_per_call: float = _SECONDS_PER_CALL
) -> Callable[[], None]:
    """Return a function that invokes a tree's handler on a file without an earlier result."""
    os.environ.update(_SETTINGS)
    sys.path.insert(0, str(lambda_src))
    s3 = SlowS3(seconds_per_call)
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-send.s3", s3)
    handle = import_module("api_handler").lambda_handler
    s3.put("raw/reviews.csv", file.read_bytes(), {})
    raw = dict(s3.objects)

    def invoke() -> None:
        s3.objects = dict(raw)
        response = handle({"key": "reviews.csv"}, _Context())
        if response["files"][0]["action"] != "processed" or len(s3.objects) not in range(4, 9):
            raise RuntimeError(f"the file was not processed: {response}, {sorted(s3.objects)}")

    return invoke


def _timed(invoke: Callable[[], None]) -> float:
    started = perf_counter()
    invoke()
    return perf_counter() - started


if __name__ == "__main__":
    main(*sys.argv[1:])

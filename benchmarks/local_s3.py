"""A server with the S3 requests of one invocation: it sends a file from the disk and keeps nothing."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CHUNK_BYTES = 1 << 20
_UPLOAD = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
_COMPLETED = b"<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, file: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.file = file


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def do_HEAD(self) -> None:
        self._respond(404)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(self.server.file.stat().st_size))
        self.send_header("Last-Modified", "Wed, 30 Dec 2026 00:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.send_header("x-amz-version-id", "1")
        self.end_headers()
        with self.server.file.open("rb") as content:
            shutil.copyfileobj(content, self.wfile, _CHUNK_BYTES)

    def do_PUT(self) -> None:
        self._drain()
        self._respond(200)

    def do_POST(self) -> None:
        self._drain()
        self._respond(200, _UPLOAD if self.path.endswith("?uploads") else _COMPLETED)

    def _drain(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            left -= len(self.rfile.read(min(left, _CHUNK_BYTES)))

    def _respond(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(file: Path) -> Iterator[str]:
    """Serve a file under every key, in threads of this process; yield the address."""
    with _Server(file) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

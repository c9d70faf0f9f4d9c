"""Starts and stops the emulator."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import TypedDict

from botocore.config import Config

from local.certificate import HOST, write_certificate
from local.processes import end_group
from ops.errors import CommandError, UsageError

REGION = "us-east-1"
ACCOUNT = "000000000000"
PROJECT = Path(__file__).parents[1]
_START_SECONDS = 180  # takes 2 on a quiet machine
_KEY, _SECRET = "test", "test"  # the emulator's own root user
_PARALLEL_INVOCATIONS = 4  # each is a process of some 130 MB


class Connection(TypedDict):
    """What `boto3.client` takes."""

    endpoint_url: str
    region_name: str
    verify: str
    aws_access_key_id: str
    aws_secret_access_key: str
    config: Config


@dataclass(frozen=True)
class Emulator:
    """A running emulator; its process leads a group that holds the functions' processes too."""

    pid: int
    port: int
    folder: Path

    @property
    def log(self) -> Path:
        """What the emulator and the functions have said."""
        return self.folder / "emulator.log"

    @property
    def certificate(self) -> Path:
        """The certificate to trust."""
        return self.folder / "certificate.pem"

    @property
    def connection(self) -> Connection:
        """Connect a client as the account's root, who may do anything."""
        return {
            "endpoint_url": f"https://{HOST}:{self.port}",
            "region_name": REGION,
            "verify": str(self.certificate),
            "aws_access_key_id": _KEY,
            "aws_secret_access_key": _SECRET,
            "config": Config(proxies={}),  # none, whatever HTTPS_PROXY says
        }

    @property
    def exports(self) -> dict[str, str]:
        """The same for programs that read their environment: `aws`, boto3 and the CDK command line."""
        others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or HOST
        no_proxy = ",".join(dict.fromkeys([HOST, *others.split(",")]))
        return {
            "AWS_ENDPOINT_URL": self.connection["endpoint_url"],
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            **dict.fromkeys(("NO_PROXY", "no_proxy"), no_proxy),
        }

    def is_healthy(self) -> bool:
        """Tell whether this very emulator answers: no other one holds the key of its certificate."""
        try:
            trust = ssl.create_default_context(cafile=str(self.certificate))
            with closing(HTTPSConnection(HOST, self.port, timeout=30, context=trust)) as connection:
                connection.request("GET", "/_ministack/ready")
                return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


@contextmanager
def running(port: int = 0) -> Iterator[Emulator]:
    """Run an emulator for as long as the block lasts."""
    emulator, process = start(port)
    try:
        yield emulator
    finally:
        stop(emulator)
        process.wait()


def start(port: int = 0) -> tuple[Emulator, subprocess.Popen[bytes]]:
    """Start an emulator with nothing in it, and return when it answers.

    Args:
        port: where it listens on the loopback address; 0 for any free port.

    Raises:
        UsageError: the port is taken.
        CommandError: the emulator does not come up.
    """
    with _listener(port) as listener:
        folder = Path(tempfile.mkdtemp(prefix="tastetrend-emulator-"))
        process = _spawn(listener, folder)
        emulator = Emulator(process.pid, listener.getsockname()[1], folder)
    try:
        _wait_until_healthy(emulator, process)
    except BaseException:
        stop(emulator)
        process.wait()
        raise
    return emulator, process


def stop(emulator: Emulator) -> None:
    """End the emulator with the functions it started, and remove what it kept."""
    end_group(emulator.pid)
    shutil.rmtree(emulator.folder, ignore_errors=True)


def _listener(port: int) -> socket.socket:
    """Take the port before the emulator starts, so that nobody else can take it in between."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"port {port} cannot be had ({error.strerror}); name another one or none") from error
    return listener


def _spawn(listener: socket.socket, folder: Path) -> subprocess.Popen[bytes]:
    certificate, key = write_certificate(folder)
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "hypercorn", "local.aws:app", "--workers", "0"]
    command += ["--bind", f"fd://{listener.fileno()}", "--certfile", str(certificate), "--keyfile", str(key)]
    with (folder / "emulator.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 # our own interpreter
            command,
            cwd=PROJECT,
            env=_server_environment(folder, port, certificate, key),
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _server_environment(folder: Path, port: int, certificate: Path, key: Path) -> dict[str, str]:
    """Return all that the emulator sees, and the functions with it: nothing of the developer's shell."""
    return {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "AWS_CA_BUNDLE": str(certificate),
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_PARALLEL_INVOCATIONS),
        "SFN_WAIT_SCALE": "0",
        "IOT_MTLS_ENABLED": "0",  # would listen on port 8883
        "SFTP_ENABLED": "0",  # would listen on port 2222
    }


def _wait_until_healthy(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not emulator.is_healthy():
        if process.poll() is not None or time.monotonic() > deadline:
            said = emulator.log.read_text(errors="replace")[-2000:]
            raise CommandError(f"the emulator did not come up within {_START_SECONDS} s; it said:\n{said}")
        time.sleep(0.1)

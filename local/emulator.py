"""Starts and stops the emulator."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.certificate import HOST, write_certificate

REGION = "us-east-1"
_START_SECONDS = 60
_STOP_SECONDS = 10
_PARALLEL_INVOCATIONS = 4  # each is a process of about 150 MB
_PROJECT = Path(__file__).parent.parent


class EmulatorError(Exception):
    """The emulator cannot be started."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator; its process leads a group that holds the functions' processes too."""

    pid: int
    port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where the services are found, all of them under one address."""
        return f"https://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the emulator and the functions have said."""
        return self.folder / "emulator.log"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make `aws`, boto3 and the CDK CLI talk to it, as the account's root."""
        certificate = str(self.folder / "certificate.pem")
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CA_BUNDLE": certificate,
            "NODE_EXTRA_CA_CERTS": certificate,
        }

    def is_healthy(self) -> bool:
        """Tell whether this very emulator answers: only it holds the key of its certificate."""
        context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=5, context=context) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def running(port: int = 0) -> Iterator[Emulator]:
    """Run an emulator for as long as the block lasts."""
    emulator = start(port)
    try:
        yield emulator
    finally:
        stop(emulator)


def start(port: int = 0) -> Emulator:
    """Start an emulator with nothing in it, and return when it answers.

    Args:
        port: where it listens; 0 for any free port.

    Raises:
        EmulatorError: the port is taken, or the emulator does not come up.
    """
    with _listener(port) as listener:
        folder = Path(tempfile.mkdtemp(prefix="tastetrend-emulator-"))
        process = _spawn(listener, folder)
        emulator = Emulator(process.pid, listener.getsockname()[1], folder)
    try:
        _wait_until_healthy(emulator, process)
    except BaseException:
        stop(emulator)
        raise
    return emulator


def stop(emulator: Emulator) -> None:
    """End the emulator with the functions it started, and remove what it kept."""
    with suppress(ProcessLookupError):
        os.killpg(emulator.pid, signal.SIGTERM)
        if not _has_ended(emulator.pid, within=_STOP_SECONDS):
            os.killpg(emulator.pid, signal.SIGKILL)
            _has_ended(emulator.pid, within=_STOP_SECONDS)
    shutil.rmtree(emulator.folder, ignore_errors=True)


def _listener(port: int) -> socket.socket:
    """Hold the port before the emulator starts, so that no other process can take it in between."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise EmulatorError(f"port {port} is taken; choose another one, or leave it out") from error
    return listener


def _spawn(listener: socket.socket, folder: Path) -> subprocess.Popen[bytes]:
    certificate, key = write_certificate(folder)
    command = [sys.executable, "-m", "hypercorn", "local.aws:app", "--workers", "0"]
    command += ["--bind", f"fd://{listener.fileno()}", "--certfile", str(certificate), "--keyfile", str(key)]
    with (folder / "emulator.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=_PROJECT,
            env=_server_environment(folder, listener.getsockname()[1]),
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _server_environment(folder: Path, port: int) -> dict[str, str]:
    """Return all that the emulator, and thus each function, sees: nothing of the developer's shell."""
    return {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(folder / "certificate.pem"),
        "MINISTACK_SSL_KEY": str(folder / "key.pem"),
        "AWS_CA_BUNDLE": str(folder / "certificate.pem"),
        "MINISTACK_REGION": REGION,
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_PARALLEL_INVOCATIONS),
        "SFN_WAIT_SCALE": "0",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _wait_until_healthy(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not emulator.is_healthy():
        if process.poll() is not None or time.monotonic() > deadline:
            last = emulator.log.read_text(errors="replace")[-2000:]
            raise EmulatorError(f"the emulator did not come up within {_START_SECONDS} s; it said:\n{last}")
        time.sleep(0.1)


def _has_ended(group: int, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(ChildProcessError):  # started by another process: not ours to reap
            os.waitpid(group, os.WNOHANG)
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False

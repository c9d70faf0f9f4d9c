"""Starts and stops the emulator."""

import os
import shutil
import socket
import ssl
import subprocess  # nosec B404 # the emulator
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

import trustme
from botocore.config import Config

from local.process_group import kill_process_group, start_process_group
from ops.errors import CommandError, UsageError

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"
PROJECT = Path(__file__).parents[1]
_CERTIFICATE, _LOG = "certificate.pem", "emulator.log"
_START_SECONDS = 180  # 2 on an idle machine
_APP = "local.ministack_patches:app"
_KEY, _SECRET = "test", "test"  # the emulator's root user
_SETTINGS = {
    "MINISTACK_HOST": HOST,
    "MINISTACK_REGION": REGION,
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "AUTH": "true",
    "USE_SSL": "1",
    "LAMBDA_ACCOUNT_CONCURRENCY": "4",  # each is a process of some 130 MB
    "SFN_WAIT_SCALE": "0",
    "ATHENA_ENGINE": "duckdb",  # without it, queries would succeed and do nothing
    "IOT_MTLS_ENABLED": "0",  # would listen on port 8883
    "SFTP_ENABLED": "0",  # would listen on port 2222
}


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        pid: of the leader of its process group, which includes the functions' processes.
        port: of the loopback address.
        folder: its temporary files; `emulator.log` has the output of the emulator and of the functions.
    """

    pid: int
    port: int
    folder: Path

    @property
    def certificate(self) -> Path:
        """The certificate of the authority to trust, PEM."""
        return self.folder / _CERTIFICATE

    @property
    def connection(self) -> dict[str, Any]:
        """Arguments that connect a client as the root user of the account."""
        return {
            "endpoint_url": f"https://{HOST}:{self.port}",
            "region_name": REGION,
            "verify": str(self.certificate),
            "aws_access_key_id": _KEY,
            "aws_secret_access_key": _SECRET,
            "config": Config(proxies={}),  # whatever HTTPS_PROXY names
        }

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that connect `aws`, boto3 and the CDK command line."""
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
        """Return whether this emulator responds: no other one has a certificate of its authority."""
        try:
            trust = ssl.create_default_context(cafile=str(self.certificate))
            with closing(HTTPSConnection(HOST, self.port, timeout=30, context=trust)) as connection:
                connection.request("GET", "/_ministack/ready")
                return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


@contextmanager
def running(port: int = 0) -> Iterator[Emulator]:
    """Run an emulator during a `with` block."""
    emulator, process = start(port)
    try:
        yield emulator
    finally:
        stop(emulator)
        process.wait()


def start(port: int = 0) -> tuple[Emulator, subprocess.Popen[bytes]]:
    """Start an empty emulator, on any free port if `port` is 0, and return when it responds.

    Raises:
        UsageError: the port is in use.
        CommandError: the emulator does not respond.
    """
    os.environ.pop("AWS_PROFILE", None)  # the emulator has its own credentials
    with _listen(port) as listener:
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
    """Kill the emulator and the functions that it started, and remove its files."""
    kill_process_group(emulator.pid)
    shutil.rmtree(emulator.folder, ignore_errors=True)


def _listen(port: int) -> socket.socket:
    """Bind the port before the emulator starts, so that no other program can take it in between."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise UsageError(f"port {port} cannot be used ({reason}); name another one or none") from error


def _spawn(listener: socket.socket, folder: Path) -> subprocess.Popen[bytes]:
    """Start the server with a new certificate: the buckets accept TLS only."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / _CERTIFICATE)
    key = folder / "server.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(key)
    command = [sys.executable, "-m", "hypercorn", _APP, "--workers", "0"]
    command += ["--bind", f"fd://{listener.fileno()}", "--certfile", str(key), "--keyfile", str(key)]
    return start_process_group(
        command,
        cwd=PROJECT,
        env=_server_environment(folder, listener.getsockname()[1], key),
        log=folder / _LOG,
        pass_fds=[listener.fileno()],
    )


def _server_environment(folder: Path, port: int, key: Path) -> dict[str, str]:
    """Return all variables of the emulator and the functions, without those of the developer."""
    return _SETTINGS | {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "MINISTACK_SSL_CERT": str(key),
        "MINISTACK_SSL_KEY": str(key),
        "AWS_CA_BUNDLE": str(folder / _CERTIFICATE),
    }


def _wait_until_healthy(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not emulator.is_healthy():
        if process.poll() is not None or time.monotonic() > deadline:
            output = (emulator.folder / _LOG).read_text(errors="replace")[-2000:]
            raise CommandError(f"the emulator did not start within {_START_SECONDS} s; its output:\n{output}")
        time.sleep(0.1)
